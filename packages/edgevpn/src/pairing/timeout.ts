/** What to look at when two machines do not find each other. */
export const LOCAL_NETWORK_HINT =
  'On one network segment both find each other by mDNS (UDP 5353, multicast), which a firewall or a guest Wi-Fi may block; across segments both need the internet, or a common --bootstrap node.'

/** Milliseconds as people say them. */
export function formatSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`
  return `${Number((seconds / 60).toFixed(1))} minutes`
}
