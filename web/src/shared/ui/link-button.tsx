import { createLink } from '@tanstack/react-router';
import { Button } from 'antd';

/** Looks like a button, is a link: opens in a new tab, can be copied. */
export const LinkButton = createLink(Button);
