/** Rows judged at a stretch: few enough that they are packed and forgotten while the collector calls them young. */
export const WIRE_ROWS = 250;
