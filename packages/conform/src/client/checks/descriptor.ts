/** Download descriptors as a plain server writes them (OMA Download 1.0). */
export const PACKAGE_TYPE = 'application/octet-stream';
export const DESCRIPTOR_TYPE = 'application/vnd.oma.dd+xml';

/** `more`: further elements. */
export function descriptorOf(url: string, size: number, more = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<media xmlns="http://www.openmobilealliance.org/xmlns/dd"><type>${PACKAGE_TYPE}</type><size>${size}</size><objectURI>${url}</objectURI>${more}</media>`;
}
