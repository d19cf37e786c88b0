const two = (number: number) => String(number).padStart(2, '0')

/** Local time as it stands before each line of the log: `2023/02/08 14:27:30`. */
export function timestamp(date: Date): string {
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('/')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}
