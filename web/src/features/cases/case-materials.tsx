/** Files beside a case, and adding to them. */
import type { CaseMaterialView, CaseView } from '@chengxin/contract';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { apiPath } from '../../shared/api/client.ts';
import { upload } from '../../shared/api/upload.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { formatBytes, formatInstant } from '../../shared/ui/format.ts';
import { Section } from '../../shared/ui/page.tsx';
import { renewCases } from './queries.ts';

export const materialTypes = '.pdf,.ofd,.jpg,.jpeg,.png,.docx';
export const maxMaterialBytes = 20 * 1024 ** 2;

export function CaseMaterials({ path, view }: { path: string; view: CaseView }) {
  const { t, w } = useI18n();
  return (
    <Section title={t('case.materials')}>
      {view.materials.length > 0 ? (
        <ul className="plain lines">
          {view.materials.map((material) => (
            <li key={material.id}>
              <a href={apiPath(`${path}/${view.id}/materials/${material.id}`)} download>
                {material.fileName}
              </a>
              <div className="sub">
                <span>{w(material.party)}</span>
                <span>{formatInstant(material.addedAt)}</span>
                <span>{formatBytes(material.bytes)}</span>
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <p className="quiet">
          {t('case.materials.none')}。{t('case.materials.noneHint')}
        </p>
      )}
      {view.mayAddMaterial ? <AddMaterial path={`${path}/${view.id}/materials`} /> : null}
    </Section>
  );
}

function AddMaterial({ path }: { path: string }) {
  const { t, explain } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  const take = async (files: readonly File[]): Promise<void> => {
    setComplaint(null);
    for (const file of files) {
      if (file.size > maxMaterialBytes) {
        setComplaint(t('case.materials.tooLarge', { name: file.name, limit: formatBytes(maxMaterialBytes) }));
        continue;
      }
      setBusy(file.name);
      try {
        await upload<CaseMaterialView>(path, file, {}).done;
      } catch (error) {
        setComplaint(`${file.name}：${explain(error)}`);
      }
    }
    setBusy(null);
    if (input.current) input.current.value = '';
    renewCases();
  };
  return (
    <div className="attachments">
      <Button onClick={() => input.current?.click()} loading={busy !== null}>
        {busy ? t('case.materials.sending', { name: busy }) : t('case.materials.add')}
      </Button>
      <span className="quiet">{t('case.materials.hint', { limit: formatBytes(maxMaterialBytes) })}</span>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={materialTypes}
        aria-label={t('case.materials.add')}
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
