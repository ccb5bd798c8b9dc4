import type { IntegrationView } from '../../../shared/resources/views/integration.ts'
import { Value } from '../parts/value.tsx'
import { AlterAction } from './alter-action.tsx'
import { SETTINGS } from './settings.ts'

/** Every setting with what it is, and how it is changed. */
export const SettingsCard = ({ view, onDone }: { view: IntegrationView; onDone: () => void }) => (
  <section class="history" aria-label="Settings">
    <div class="history-head">
      <h2>Settings</h2>
    </div>
    <dl class="card setting-list">
      {SETTINGS.map((setting) => (
        <div key={setting.title} class="setting-row">
          <dt>{setting.title}</dt>
          <dd>
            <Value text={setting.text(view)} max={80} />
          </dd>
          <dd class="setting-action">
            <AlterAction view={view} setting={setting} onDone={onDone} />
          </dd>
        </div>
      ))}
    </dl>
  </section>
)
