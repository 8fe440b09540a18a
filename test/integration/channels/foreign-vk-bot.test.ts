/** The local VK is proved by a client that nobody here wrote: a small bot on vk-io, by long poll and by the Callback API. */
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { APIError, Keyboard, VK } from 'vk-io';
import { startVkEmulator, type VkEmulator } from '../../../runtime-shim/emulator/index.ts';

async function localVk(): Promise<VkEmulator> {
  const vk = await startVkEmulator();
  onTestFinished(() => vk.close());
  return vk;
}

/** Repeats what it is told, with a button that says so. */
function echoBot(
  { token, url, group, confirmation }: VkEmulator,
  secret?: string,
): { readonly bot: VK; readonly send: (person: number, message: string, keyboard?: string) => Promise<unknown> } {
  const webhook = secret === undefined ? {} : { webhookSecret: secret, webhookConfirmation: confirmation };
  // It paces itself to three calls a second otherwise, and tries a call again by itself.
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  const bot = new VK({
    token,
    // It knows https: only, unless it is told.
    agent: agent as HttpsAgent,
    apiBaseUrl: `${url}/method`,
    pollingGroupId: group,
    apiLimit: 20,
    apiRetryLimit: 0,
    ...webhook,
  });
  let number = 1;
  const send = (person: number, message: string, keyboard?: string): Promise<unknown> => {
    number += 1;
    return bot.api.messages.send({
      peer_id: person,
      random_id: number,
      message,
      ...(keyboard === undefined ? {} : { keyboard }),
    });
  };
  const again = Keyboard.builder()
    .inline()
    .callbackButton({ label: 'Ещё', payload: { what: 'again' } });
  bot.updates.on('message_new', async (context) => {
    const [photo] = context.getAttachments('photo');
    if (photo === undefined) return void (await context.send(`эхо: ${context.text}`, { keyboard: again }));
    const bytes = Buffer.from(await (await fetch(photo.largeSizeUrl ?? '')).arrayBuffer());
    const source = { value: bytes, filename: 'back.png', contentType: 'image/png' };
    const back = await bot.upload.messagePhoto({ peer_id: context.peerId, source });
    await context.send(`${bytes.byteLength} байт`, { attachment: back });
  });
  bot.updates.on('message_event', async (context) => {
    await context.answer({ type: 'show_snackbar', text: 'да' });
    await send(context.peerId, `ещё раз: ${JSON.stringify(context.eventPayload)}`);
  });
  return { bot, send };
}

async function talk(vk: VkEmulator): Promise<void> {
  const anna = vk.person();
  anna.write('раз');
  expect((await anna.until(1))[0]).toMatchObject({ text: 'эхо: раз', buttons: [['Ещё']] });
  const press = anna.press('Ещё');
  expect((await anna.until(2))[1]?.text).toBe('ещё раз: {"what":"again"}');
  expect(anna.isAnswered(press)).toBe(true);
  const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2]);
  anna.send({ kind: 'photo', name: 'cat.png', bytes });
  expect((await anna.until(3))[2]).toMatchObject({ text: '6 байт', files: [{ kind: 'photo', bytes }] });
  await vk.idle();
}

const EVENTS = { message_new: true, message_event: true };

test('vk-io serves people of the local VK by long poll, and is told what VK refuses', async () => {
  const vk = await localVk();
  const { bot, send } = echoBot(vk);
  await bot.api.groups.setLongPollSettings({ group_id: vk.group, enabled: true, api_version: '5.199', ...EVENTS });
  await bot.updates.startPolling();
  await talk(vk);

  const refused = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.catch((thrown: unknown) => thrown);
    return error instanceof APIError ? String(error.code) : String(error);
  };
  const boris = vk.person();
  expect(await refused(send(boris.id, 'x'.repeat(4_097)))).toBe('914');
  const wide = { inline: true, buttons: [Array.from({ length: 6 }, () => ({ action: { type: 'text', label: 'x' } }))] };
  expect(await refused(send(boris.id, 'x', JSON.stringify(wide)))).toBe('911');
  expect(await refused(send(404, 'x'))).toBe('901');
  boris.block();
  expect(await refused(send(boris.id, 'x'))).toBe('901');
  // The same random_id is one message.
  const vera = vk.person();
  const same = { peer_id: vera.id, random_id: 77, message: 'раз' };
  const first = await bot.api.messages.send(same);
  expect(await bot.api.messages.send(same)).toBe(first);
  expect(vera.shown()).toHaveLength(1);
  await bot.updates.stop();
});

test('vk-io serves people of the local VK by the Callback API: it confirms its address, and checks the secret', async () => {
  const vk = await localVk();
  const secret = 'the-secret-of-this-test';
  const { bot } = echoBot(vk, secret);
  const server = createServer(bot.updates.getWebhookCallback('/'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const group = { group_id: vk.group };
  const { server_id: id } = await bot.api.groups.addCallbackServer({
    ...group,
    url,
    title: 'echo',
    secret_key: secret,
  });
  await bot.api.groups.setCallbackSettings({ ...group, server_id: id, api_version: '5.199', ...EVENTS });
  const { items } = await bot.api.groups.getCallbackServers(group);
  expect(items).toMatchObject([{ url, status: 'ok' }]);
  await talk(vk);
  expect(new Set(vk.deliveries().map(({ body }) => body))).toEqual(new Set(['ok']));

  await bot.api.groups.editCallbackServer({ ...group, server_id: id, url, title: 'echo', secret_key: 'another' });
  expect((await bot.api.groups.getCallbackServers(group)).items).toMatchObject([{ status: 'failed' }]);
});
