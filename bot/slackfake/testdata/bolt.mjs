// A bot made with Slack's own framework. bolt_test.go runs it against the
// fake: what Bolt understands, Slack would have said.
import { createRequire } from 'node:module';

const require = createRequire(process.env.ROF_BOLT_DIR + '/');
const { App, LogLevel, SocketModeReceiver } = require('@slack/bolt');

const clientOptions = { slackApiUrl: process.env.SLACK_API_URL };
// Bolt waits this long before it reconnects: five seconds by default.
const receiver = new SocketModeReceiver({
  appToken: process.env.SLACK_APP_TOKEN, clientPingTimeout: 300, logLevel: LogLevel.ERROR,
  installerOptions: { clientOptions },
});
const app = new App({ token: process.env.SLACK_BOT_TOKEN, receiver, clientOptions, logLevel: LogLevel.ERROR });

const text = (s) => ({ type: 'plain_text', text: s });
const button = (id, value) => ({ type: 'button', action_id: id, value, text: text(id) });

app.command('/incident', async ({ command, ack, respond }) => {
  await ack({ text: `working on ${command.text}` });
  await respond({ response_type: 'in_channel', text: 'here you are' });
});

app.event('app_mention', async ({ event, client }) => {
  await client.chat.postMessage({
    channel: event.channel, thread_ts: event.ts, text: 'a decision',
    metadata: { event_type: 'decision', event_payload: { id: 'dec_1' } },
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `you said: ${event.text}` } },
      { type: 'actions', block_id: 'row', elements: [button('approve', 'dec_1'), button('reject', 'dec_1')] },
    ],
  });
});

app.action('approve', async ({ ack, body, respond }) => {
  await ack();
  await respond({ replace_original: true, text: `approved by <@${body.user.id}>` });
});

app.action('reject', async ({ ack, body, action, client }) => {
  await ack();
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: 'modal', callback_id: 'reject_modal', private_metadata: action.value,
      title: text('Reject'), submit: text('Send'),
      blocks: [{
        type: 'input', block_id: 'reason', label: text('Why?'),
        element: { type: 'plain_text_input', action_id: 'text' },
      }],
    },
  });
});

app.view('reject_modal', async ({ ack, body, view, client }) => {
  const reason = view.state.values.reason.text.value;
  if (reason.length < 5) {
    await ack({ response_action: 'errors', errors: { reason: 'longer, please' } });
    return;
  }
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: `${view.private_metadata}: ${reason}` });
});

app.error(async (error) => {
  console.error(error);
  process.exitCode = 1;
});

process.stdin.resume();
process.stdin.on('end', async () => {
  await app.stop();
  process.exit();
});

await app.start();
console.log('ready');
