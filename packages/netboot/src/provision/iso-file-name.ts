/**
 * What the file of an ISO image is called: `kairos.iso` for `kairos` and for `kairos.iso`, and with a date, in local time,
 * as AuroraBoot does it `kairos.20261121.iso`.
 */
export function isoFileName(name: string, date?: Date): string {
  const bare = name.replace(/\.iso$/, '')
  return `${bare}${date ? `.${dayOf(date)}` : ''}.iso`
}

function dayOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
}
