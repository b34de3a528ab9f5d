/** The cell that opens what stands below its row, and closes it again; one row is open at a time. */
import type { ReactNode } from 'react';

export function RowOpener({
  id,
  open,
  onOpen,
  number = false,
  label,
  children,
}: {
  id: string;
  /** The row that is open. */
  open: string | null;
  onOpen: (id: string | null) => void;
  /** Figures stand under each other. */
  number?: boolean;
  /** Where the words of the cell do not say what opens. */
  label?: string;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={number ? 'link number' : 'link'}
      aria-expanded={open === id}
      aria-label={label}
      onClick={() => onOpen(open === id ? null : id)}
    >
      {children}
    </button>
  );
}
