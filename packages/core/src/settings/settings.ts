/** A value of a setting: plain data. */
export type SettingValue = string | number | boolean | null | readonly SettingValue[] | Settings

/**
 * Settings by name. Objects without a prototype, so that no name (`__proto__`, `constructor`) means anything but a
 * setting.
 */
export interface Settings {
  readonly [name: string]: SettingValue
}

/** While settings are put together. */
export interface MutableSettings {
  [name: string]: SettingValue
}

/** Without a prototype: `__proto__` is a name like any other. */
export function emptySettings(): MutableSettings {
  return Object.create(null)
}

/** True for a group of settings. */
export function isSettings(value: SettingValue | undefined): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
