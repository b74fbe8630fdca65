import { DESCRIPTOR_TYPE, formatDescriptor } from '@fumarole/fumo/object';
import type { Admission } from './admit.ts';
import { answerText } from './answer.ts';
import type { DownloadDeps } from './deps.ts';

/** The download descriptor of a package, with where to fetch it and where to report (dlota.md §2). */
export async function sendDescriptor(
  { request, response, grant }: Admission,
  deps: DownloadDeps,
): Promise<void> {
  const record = await deps.package(grant.sha256);
  if (record === undefined) {
    answerText(response, 404, 'This package is not here any more.');
    return;
  }
  const text = formatDescriptor({
    type: [record.contentType],
    size: record.size,
    objectURI: deps.urls.packageOf(grant),
    installNotifyURI: deps.urls.notifyOf(grant),
    name: record.name,
    description: `${record.name} ${record.version}`,
    vendor: record.manufacturer,
  });
  const body = Buffer.from(text, 'utf8');
  response.writeHead(200, {
    'Content-Type': DESCRIPTOR_TYPE,
    'Content-Length': body.length,
    'Cache-Control': 'private, no-transform',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
