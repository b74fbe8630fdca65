import { expect, it } from 'vitest';
import { readElement, WbxmlReader, WbxmlWriter } from './index.ts';

it('the example of the README gives what it says', () => {
  const letters = {
    name: 'Letters',
    publicId: 0x1201,
    formalPublicId: '-//X//DTD Letters//EN',
    tagPages: [
      {
        page: 0,
        namespace: '',
        tags: [
          [5, 'A'],
          [6, 'B'],
        ] as const,
      },
    ],
  };
  const writer = new WbxmlWriter({ publicId: letters.publicId });
  writer.open(5);
  writer.textElement(6, 'hello');
  writer.close();
  const reader = new WbxmlReader(writer.take(), { dialects: [letters] });
  const root = readElement(reader, reader.root());
  reader.finish();
  expect(root).toMatchObject({ name: 'A', children: [{ name: 'B', children: ['hello'] }] });
});
