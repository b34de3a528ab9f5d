/**
 * The name as verification shows it: enough to recognise one's own paper, not to look somebody up. The first four and
 * the last two characters stay.
 */
export function maskOrganisationName(name: string): string {
  const characters = [...name];
  if (characters.length <= 2) return `${characters[0] ?? ''}*`;
  if (characters.length <= 8) return `${characters.slice(0, 2).join('')}***${characters.slice(-1).join('')}`;
  return `${characters.slice(0, 4).join('')}***${characters.slice(-2).join('')}`;
}
