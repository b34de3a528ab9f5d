/** E-mail over SMTP by nodemailer, to the server that the configuration names. */
import { createTransport } from 'nodemailer';
import { type Outcome, type Problem, TryAgain } from './outcome.ts';

export interface Mail {
  /** Stands in Message-ID: a repetition after a crash is known by it. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const hostOf = (address: string): string => address.slice(address.indexOf('@') + 1);

interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
  readonly command?: string;
}

/** 5xx to RCPT TO: there is no such mailbox (RFC 5321 4.2.1). 5xx elsewhere: refused. The rest may pass. */
function judge(error: SmtpError): Outcome | Problem {
  const code = error.responseCode ?? 0;
  if (code >= 500 && error.command === 'RCPT TO') return { state: 'bounced', problem: 'refusedAddress' };
  if (code >= 500 && error.code !== 'EAUTH') return { state: 'failed', problem: 'refused' };
  if (code >= 400) return 'busy';
  return error.code === 'ETIMEDOUT' ? 'timeOut' : 'unreachable';
}

export async function sendMail(
  server: { readonly url: string; readonly from: string },
  mail: Mail,
  timeoutMs: number,
): Promise<Outcome> {
  const transport = createTransport({
    url: server.url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // A message is text: nothing is read from the disk or fetched for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: { name: '城信', address: server.from },
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      messageId: `<${mail.id}@${hostOf(server.from)}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return { state: 'sent' };
  } catch (error) {
    const judged = judge(error as SmtpError);
    if (typeof judged === 'string') throw new TryAgain(judged);
    return judged;
  } finally {
    transport.close();
  }
}
