/** An example of one of the three manuals: what a reader would copy into a shell. */
export interface ManualExample {
  readonly page: 'QR code' | 'Network booting' | 'AuroraBoot'
  /** The heading that it stands under. */
  readonly section: string
  /** As the manual has it. */
  readonly text: string
  /** What the manual leaves to the reader, or has wrong → what stands there here. */
  readonly filled?: Readonly<Record<string, string>>
}

/**
 * An example without its container: `docker run …` is left out, and what it mounts is named by its place outside.
 *
 *     docker run -v $PWD/config.yaml:/config.yaml … auroraboot --cloud-config /config.yaml
 *     auroraboot --cloud-config $PWD/config.yaml
 */
export function withoutDocker({ text, filled = {} }: ManualExample): string {
  let command: string = text
  for (const [left, right] of Object.entries(filled)) command = command.replaceAll(left, right)
  return command.replace(
    /docker run (.*?)quay\.io\/(?:kairos\/auroraboot|pixiecore\/pixiecore)(.*)/s,
    (_, options: string, rest: string) => {
      const mounts = [...options.matchAll(/-v (\S+?):(\S+)/g)]
      return mounts.reduce(
        (line, [, outside = '', inside = '']) =>
          line.replaceAll(new RegExp(`(?<![\\w$/])${inside}(?![\\w-])`, 'g'), () => outside),
        `auroraboot${rest}`,
      )
    },
  )
}
