// Package slackfake is a Slack that runs in this process, on loopback: the
// Web API, Socket Mode, incoming webhooks and response URLs of one workspace,
// with the people in it played by Go code. The bot's tests drive it, load
// tests lean on it, and the demo puts a browser in front of it.
//
// It is a fake, not a mock: it keeps state and enforces Slack's rules, so a
// bot that works here has obeyed them. What it checks, and how it behaves when
// things go wrong, comes from Slack's documentation, from its error messages
// as people report them, and from what the official clients expect.
//
// # A tour
//
// [New] binds the listener and fills the workspace of [Config]; [Slack.Run]
// serves it until its context ends. [Slack.URL] is what a client takes as the
// base of the Web API, [Slack.WebhookURL] an incoming webhook.
//
// The app's side:
//
//   - api.go takes every Web API call through one pipeline: arguments, hooks,
//     faults, token, scope, rate limit, method, record. Each family of methods
//     has its own api_*.go file.
//   - validate*.go, on top of checker.go, are Block Kit's limits as pure
//     functions: [ValidateBlocks] and [ValidateView].
//   - mrkdwn.go and scan.go read what a message would ping and link.
//   - link.go, socket.go, deliver.go and redeliver.go are Socket Mode:
//     single-use tickets, hello, pings, one random live socket per envelope,
//     acknowledgements within three seconds, redelivery of events.
//   - response_url.go and webhook.go are the two kinds of URL that take
//     messages without a token.
//
// The people's side, one file per verb: [Slack.SlashCommand], [Slack.Mention],
// [Slack.DirectMessage], [Slack.Click], [Slack.Shortcut], [Slack.SubmitView],
// [Slack.CloseView], [Slack.OpenAppHome], [Slack.AddReaction],
// [Slack.PinMessage], [Slack.StartAssistant]. People can only do what Slack
// would let them: a button that isn't in the message cannot be clicked, a
// required field cannot be left empty.
//
// What happened is read from a [Snapshot], an unchanging picture of the whole
// workspace: messages with every edit, ephemeral messages, views, calls,
// envelopes, and what would have pinged people or become a link.
// [Slack.WaitFor] waits for a picture that satisfies a condition, without
// polling.
//
// What goes wrong is arranged with [Slack.Inject] (errors, rate limits,
// latency, answers lost on the way back), with the hooks of [Config] (stop the
// world exactly before Slack accepts a call, or after it stored the result but
// before it answered) and with the socket verbs [Slack.Warn], [Slack.Refresh], [Slack.RefreshOldest],
// [Slack.Cut], [Slack.CutAfterDelivery], [Slack.DisableLink],
// [Slack.RedeliverLast] and [Slack.DuplicateLast].
//
// # Where it differs from Slack
//
// Where Slack's behaviour is not documented, the stricter guess is made: a
// reply's timestamp is no thread to reply to, metadata is small, a response_url
// replaces the original only when told to and answers in a thread only when
// given one, mentions count wherever they might be read.
//
// Text is kept as it was sent: Slack normalises it (bare links gain angle
// brackets). Messages appear the moment they are posted, files the moment
// their upload completes. Search, streaming, lists, canvases and everything
// with more than one workspace are absent; their methods answer
// unknown_method.
package slackfake
