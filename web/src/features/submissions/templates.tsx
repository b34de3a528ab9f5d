import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { apiPath } from '../../shared/api/client.ts';
import { standardsQuery } from '../../shared/api/queries.ts';
import type { StandardView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { standardOptions } from '../../shared/ui/standard-options.ts';

function TemplateLink({ standard }: { standard: StandardView }) {
  const { w } = useI18n();
  const edition = standard.editions[0];
  if (!edition) return null;
  return (
    <a href={apiPath(`/standards/${standard.key}/template`, { edition: edition.key, format: 'xlsx' })} download>
      {w(edition.name)}
    </a>
  );
}

/** Empty templates of the edition in use: what most offices report as links, the others of the catalogue by choice. */
export function Templates() {
  const { t, w } = useI18n();
  const standards = useQuery(standardsQuery).data ?? [];
  const [chosen, setChosen] = useState('');
  const often = standards.filter((standard) => standard.often);
  const others = standards.filter((standard) => !standard.often);
  const other = others.find((standard) => standard.key === chosen);
  return (
    <div className="templates">
      <span className="quiet">{t('upload.templates')}</span>
      {often.map((standard) => (
        <TemplateLink key={standard.key} standard={standard} />
      ))}
      {others.length > 0 ? (
        <Pick
          label={t('upload.templateOther')}
          value={chosen}
          onChange={setChosen}
          options={[{ value: '', label: t('upload.templateOther') }, ...standardOptions(others, w)]}
        />
      ) : null}
      {other ? <TemplateLink standard={other} /> : null}
    </div>
  );
}
