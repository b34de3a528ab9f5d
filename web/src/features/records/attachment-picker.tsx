import { Button } from 'antd';
import { useRef, useState } from 'react';
import type { AttachmentAdded } from '../../shared/api/types.ts';
import { upload } from '../../shared/api/upload.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { formatBytes } from '../../shared/ui/format.ts';

const accept = '.pdf,.jpg,.jpeg,.png,.ofd,.docx';
const maxFiles = 10;
const maxBytes = 20 * 1024 ** 2;

/** The decision document beside the record. With `recordId` the file goes to that record at once. */
export function AttachmentPicker({
  value,
  onChange,
  recordId,
}: {
  value: readonly AttachmentAdded[];
  onChange: (value: readonly AttachmentAdded[]) => void;
  recordId?: string;
}) {
  const { t, explain } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  const take = async (files: readonly File[]): Promise<void> => {
    setComplaint(null);
    let added = value;
    for (const file of files.slice(0, maxFiles - value.length)) {
      if (file.size > maxBytes) {
        setComplaint(t('attachment.tooLarge', { name: file.name, limit: formatBytes(maxBytes) }));
        continue;
      }
      setBusy(file.name);
      try {
        added = [...added, await upload<AttachmentAdded>('/attachments', file, { recordId }).done];
        onChange(added);
      } catch (error) {
        setComplaint(`${file.name}: ${explain(error)}`);
      }
    }
    setBusy(null);
    if (input.current) input.current.value = '';
  };
  return (
    <div className="attachments">
      {value.length > 0 ? (
        <ul>
          {value.map((attachment) => (
            <li key={attachment.id}>
              {attachment.fileName} <span className="quiet">{formatBytes(attachment.bytes)}</span>
              {recordId ? null : (
                <Button
                  size="small"
                  type="text"
                  aria-label={t('attachment.removeNamed', { name: attachment.fileName })}
                  onClick={() => onChange(value.filter((other) => other !== attachment))}
                >
                  {t('upload.remove')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      ) : null}
      <Button onClick={() => input.current?.click()} loading={busy !== null} disabled={value.length >= maxFiles}>
        {busy ? t('attachment.sending', { name: busy }) : t('attachment.add')}
      </Button>
      <span className="quiet">{t('attachment.hint', { limit: formatBytes(maxBytes) })}</span>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={accept}
        aria-label={t('attachment.add')}
        onChange={(event) => void take([...(event.target.files ?? [])])}
      />
      {complaint ? (
        <p className="remark-seal" role="alert">
          {complaint}
        </p>
      ) : null}
    </div>
  );
}
