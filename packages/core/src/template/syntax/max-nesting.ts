/** Blocks in blocks, and parentheses in parentheses, that are followed. */
export const MAX_NESTING = 200
