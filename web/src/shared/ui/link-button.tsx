import { createLink } from '@tanstack/react-router';
import { Button } from 'antd';
import type { AnchorHTMLAttributes, Ref } from 'react';

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'color' | 'type'> {
  readonly primary?: boolean;
  readonly ref?: Ref<HTMLAnchorElement>;
}

/** The router keeps `type` for itself, so the look has a name of its own. */
const ButtonAnchor = ({ primary, ...props }: Props) => <Button {...props} type={primary ? 'primary' : 'default'} />;

/** Looks like a button, is a link: opens in a new tab, can be copied. */
export const LinkButton = createLink(ButtonAnchor);
