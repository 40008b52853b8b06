package bot

import (
	"cmp"
	"context"
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// openRoom opens an incident's own channel, or finds the one that an earlier
// attempt opened, and records it. Where it is not to be had the id is "".
func (b *Bot) openRoom(ctx context.Context, i *engine.Incident) (string, error) {
	name := roomName(b.cfg.Rooms.Name, i)
	id := ""
	err := b.slackCall(ctx, func(ctx context.Context) error {
		ch, err := b.api.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name})
		if err == nil {
			id = ch.ID
		}
		return err
	})
	if answerOf(err) == "name_taken" {
		if id, err = b.channelNamed(ctx, name); err == nil && id == "" {
			err = slack.SlackErrorResponse{Err: "name_taken"}
		}
	}
	if wait, again := later(err); again {
		return "", wait
	}
	if err != nil {
		b.roomTrouble(ctx, i.ID, "open", answerOf(err))
		return "", b.engine.SetRoom(ctx, i.ID, engine.Room{Closed: true})
	}
	if err := b.markRoom(ctx, id, i.ID); err != nil {
		return "", err
	}
	return id, b.engine.SetRoom(ctx, i.ID, engine.Room{Channel: id, Name: "#" + name})
}

// lookedThrough bounds the channels among which a room is looked for.
const lookedThrough = 20

// channelNamed finds a public channel by its name; "" where there is none that is
// not archived.
func (b *Bot) channelNamed(ctx context.Context, name string) (string, error) {
	cursor := ""
	for range lookedThrough {
		var found string
		err := b.slackCall(ctx, func(ctx context.Context) error {
			list, next, err := b.api.GetConversationsContext(ctx, &slack.GetConversationsParameters{
				Cursor: cursor, ExcludeArchived: true, Limit: 1000, Types: []string{"public_channel"},
			})
			for n := range list {
				// Only one of ours: a channel that people made under that name is theirs.
				if list[n].Name == name && list[n].IsMember && list[n].Creator == b.self() {
					found = list[n].ID
				}
			}
			cursor = next
			return err
		})
		if err != nil || found != "" || cursor == "" {
			return found, err
		}
	}
	return "", nil
}

// roomTrouble says once why rooms are not what they should be, and what to do.
func (b *Bot) roomTrouble(ctx context.Context, incident, what, code string) {
	fix := "look up the error at docs.slack.dev"
	switch code {
	case "missing_scope":
		fix = "give the app the scopes channels:manage and bookmarks:write and install it again, or take channels out of ROF_CONFIG"
	case "name_taken":
		fix = "another channel has that name; choose another name in ROF_CONFIG channels"
	case "restricted_action", "user_is_restricted", "team_access_not_granted":
		fix = "let the app create channels in the workspace's settings, or take channels out of ROF_CONFIG"
	}
	if _, known := b.troubles.LoadOrStore(what+" "+code, true); !known {
		b.log.WarnContext(ctx, "an incident's own channel is not what it should be; the incident goes on without", "incident", incident, "what", what, "error", code, "fix", fix)
	}
}

// roomName is what an incident's channel is called: small letters, digits, hyphens
// and underscores, at most 80.
func roomName(template string, i *engine.Incident) string {
	template = cmp.Or(template, "{{id}}")
	id := strings.ToLower(i.ID)
	if strings.Contains(template, "inc-{{id}}") {
		id = strings.TrimPrefix(id, "inc-") // every id begins so
	}
	name := strings.NewReplacer("{{id}}", id, "{{service}}", i.Service, "{{environment}}", i.Environment, "{{severity}}", string(i.Severity)).Replace(template)
	name = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_':
			return c
		}
		return '-'
	}, strings.ToLower(name))
	const most = 80
	name = strings.Trim(name[:min(len(name), most)], "-")
	return cmp.Or(name, id)
}
