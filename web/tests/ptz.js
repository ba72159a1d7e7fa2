/** Steering cameras, on their page and on the wall. */
import { assert, readCounter, until } from './harness.js';

/** The page of a camera that can be turned, with its picture. */
async function openCamera(page, id) {
  await page.at(`/cameras/${id}`);
  await until(() => readCounter(page), 'a picture');
}

const told = (mock, type) => mock.world.ptz.filter((each) => each.type === type);

export const ptz = [
  {
    name: 'a rectangle drawn on the picture is what the camera turns and zooms to',
    run: async ({ page, mock }) => {
      await openCamera(page, 3);
      await page.locator('.framing.able').waitFor();
      const box = await page.locator('.framing').boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.75, { steps: 4 });
      await page.locator('.band').waitFor();
      await page.mouse.up();
      await until(() => told(mock, 'frame').length === 1, 'the frame');
      const frame = told(mock, 'frame')[0];
      // The picture is wider than its place: bars above and below are no part of it.
      const ratio = await page.evaluate(() => { const { video } = document.querySelector('viaduct-player'); return video.videoWidth / video.videoHeight; });
      assert(ratio >= box.width / box.height, `a wide picture, not ${ratio}`);
      for (const [side, wanted] of Object.entries({ x: 0.5, y: 0.5, width: 0.25, height: (0.25 * box.height * ratio) / box.width })) assert(Math.abs(frame[side] - wanted) < 0.02, JSON.stringify(frame));
      await page.mouse.click(box.x + 60, box.y + 60);
      assert((await page.locator('.band').count()) === 0, 'a click draws nothing');
      assert(told(mock, 'frame').length === 1, 'a click is no rectangle');
    },
  },
];
