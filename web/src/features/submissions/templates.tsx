import { useQuery } from '@tanstack/react-query';
import { apiPath } from '../../shared/api/client.ts';
import { standardsQuery } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';

/** Empty templates of the edition in use of every standard. */
export function Templates() {
  const { t, w } = useI18n();
  const standards = useQuery(standardsQuery).data ?? [];
  return (
    <div className="templates">
      <span className="quiet">{t('upload.templates')}</span>
      {standards.map((standard) => {
        const edition = standard.editions[0];
        return edition ? (
          <a
            key={standard.key}
            href={apiPath(`/standards/${standard.key}/template`, { edition: edition.key, format: 'xlsx' })}
            download
          >
            {w(edition.name)}
          </a>
        ) : null;
      })}
    </div>
  );
}
