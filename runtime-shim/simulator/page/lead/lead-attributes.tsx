import type { LeadRecord } from '../../contract.ts';
import { usePage } from '../state/page-context.ts';

/** What the scripts have written about the lead, folded away until asked for. */
export function LeadAttributes({ lead }: { readonly lead: LeadRecord }) {
  const { texts } = usePage();
  const ordinary = Object.entries(lead.attributes);
  const system = Object.entries(lead.systemAttributes);
  const count = ordinary.length + system.length;
  return (
    <details class="lead-attributes">
      <summary>
        {texts.lead.attributes}
        {count > 0 && <span class="count">{count}</span>}
      </summary>
      <div class="sheet">
        {count === 0 && <p class="quiet">{texts.lead.noAttributes}</p>}
        <dl class="facts">
          {ordinary.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {system.map(([key, value]) => (
            <div key={key}>
              <dt>
                {key} <span class="quiet">{texts.lead.system}</span>
              </dt>
              <dd>
                <pre>{JSON.stringify(value, null, 2)}</pre>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </details>
  );
}
