import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

/** Nothing is here yet: says what will be, and what to do next. */
export function Empty(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={props.icon} />
      <h3>{props.title}</h3>
      <p>{props.text}</p>
      {props.children}
    </div>
  );
}
