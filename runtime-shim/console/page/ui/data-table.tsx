import type { ComponentChild, ComponentChildren } from 'preact';

interface Props {
  /** What it is a table of: its frame is scrolled by keyboard, and so has a name. */
  readonly label: string;
  readonly columns: readonly ComponentChild[];
  /** A further class of the frame. */
  readonly look?: string;
  /** Its rows. */
  readonly children: ComponentChildren;
}

/** A table that is scrolled in its own frame where it is wider than the screen. */
export function DataTable({ label, columns, look, children }: Props) {
  return (
    <div
      class={look === undefined ? 'table-frame' : `table-frame ${look}`}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <table>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th scope="col" key={index}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
