// Package bot is the Slack side: what people type and click becomes one use
// case of the engine each, and the posts that the engine wants become messages.
//
// In, the way of an envelope:
//
//	socket.go      two Socket Mode connections; nothing here ever blocks one
//	inbox.go       stored first, with its inbound job, then acknowledged
//	slash.go       one file per kind: what the payload says and the id under
//	event.go       which a redelivery is recognised
//	click.go
//	shortcut.go
//	direct.go      what is said in private: a conversation (assistant.go: its prompts)
//	modal.go       dialogs; checked at once, so that errors stand at their fields
//	parse.go       one grammar for slash commands and mentions: a typed command
//	verb*.go       one use case per command
//	here.go        the incident that a command without an id means
//	dialog.go      which commands and buttons open a dialog; reshape.go: what a
//	               choice in it changes
//	quote.go       pins and an emoji: messages become part of the timeline
//	draft.go       past incidents read from Slack (threads.go), accepted or dropped
//	answer.go      what only the asker sees, past the pace of the channels;
//	inform.go      over the Home tab, where there is no channel
//	may.go         who may decide, asked at the click (people.go); never for an acknowledgement
//	errors.go      the engine's kinds of error in words, mapped once
//
// Out, the way of a post:
//
//	announce.go    job "announce": the best due post of a channel, one by one
//	order.go       which one that is
//	storm.go       what is told together, where more waits than the pace allows
//	reach.go       what Slack does not get is told elsewhere
//	send.go        one call to Slack and what its outcome means
//	settle.go      an attempt whose outcome is unknown is looked up, not repeated
//	home.go        job "home": a Home tab follows the facts (board.go) while it is looked at
//	webhook.go     the same for an incoming webhook, where there is no bot
//	postmortem.go  a file, uploaded once
//	chart.go       job "chart": a picture of what was measured, uploaded once
//	heed.go        what Slack said of when to call again
//	room*.go       job "room": an incident's own channel and the posts in it
//
// checkup.go is rof doctor's look at Slack; it needs no bot.
//
// What a message says is rendered from the state of its subject by pure
// functions: render_*.go on top of blocks.go (limits), text.go (nothing from
// outside pings, links or breaks a block) and format.go (numbers and times).
package bot
