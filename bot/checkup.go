package bot

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// The levels of a Finding.
const (
	LevelOK   = "ok"
	LevelWarn = "warn" // something does less than it could
	LevelFail = "fail" // something that the config asks for does not work
	LevelSkip = "skip" // cannot be checked, or not now
)

// Finding is what one check found, and what to do about it.
type Finding struct {
	Check string `json:"check"`
	Level string `json:"level"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`
}

// CheckupConfig is what a Checkup looks at. The tokens are required.
type CheckupConfig struct {
	BotToken string
	AppToken string
	APIURL   string // https://slack.com/api/
	Command  string // /incident: the slash command's root

	Channels []string // that are posted to
	Groups   []string // that decide on advice or overrule
	Mentions []string // groups that are mentioned
	Own      bool     // channels are made for incidents

	// Dial opens a socket and closes it again. What Slack sends over it
	// meanwhile is not taken in, so only where nobody else is connected.
	Dial bool
	Post bool // posts a test card to the first of Channels
}

// Checkup looks at an app's side of Slack as a person would who sets it up: one
// finding for each thing that can be wrong, with its fix. It changes nothing but
// for the card of Post.
func Checkup(ctx context.Context, cfg CheckupConfig) []Finding {
	client := &http.Client{Timeout: 15 * time.Second, Transport: transport()}
	defer client.CloseIdleConnections()
	c := &checkup{cfg: cfg}
	c.api = slack.New(cfg.BotToken,
		slack.OptionAppLevelToken(cfg.AppToken), slack.OptionAPIURL(strings.TrimRight(cmp.Or(cfg.APIURL, slack.APIURL), "/")+"/"), slack.OptionHTTPClient(client),
		slack.OptionOnResponseHeaders(func(path string, h http.Header) {
			if strings.HasSuffix(path, "auth.test") {
				c.granted = strings.FieldsFunc(h.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
			}
		}))
	if c.signIn(ctx) {
		c.channels(ctx)
		c.scopes()
		c.groups(ctx)
	}
	c.socket(ctx)
	c.add("events", LevelSkip, "Slack tells nobody which events an app gets", "compare Event Subscriptions on the app's page with manifest.yml: "+strings.Join(events(), " "))
	if root := "/" + strings.TrimPrefix(cmp.Or(cfg.Command, manifestCommand), "/"); root != manifestCommand {
		c.add("command", LevelSkip, "Slack tells nobody which slash commands an app has", "ROF_COMMAND is "+root+": name it so at the app's Slash Commands page, or in manifest.yml in place of "+manifestCommand)
	}
	if cfg.Post {
		c.post(ctx)
	}
	return c.found
}

// manifestCommand is the slash command of manifest.yml.
const manifestCommand = "/incident"

// events are what the manifest subscribes to.
func events() []string {
	return []string{
		"app_mention", "message.im", "app_home_opened", "assistant_thread_started", "assistant_thread_context_changed", "reaction_added", "pin_added",
	}
}

// checkup is one under way.
type checkup struct {
	cfg     CheckupConfig
	api     *slack.Client
	granted []string // scopes
	private bool     // a channel is private
	found   []Finding
}

func (c *checkup) add(check, level, text, fix string) {
	c.found = append(c.found, Finding{check, level, text, fix})
}

// signIn asks who the bot is.
func (c *checkup) signIn(ctx context.Context) bool {
	who, err := c.api.AuthTestContext(ctx)
	switch {
	case err == nil:
		c.add("bot token", LevelOK, "signed in to "+who.Team+" as @"+who.User, "")
	case refusesToken(err):
		c.add("bot token", LevelFail, "Slack refuses SLACK_BOT_TOKEN: "+err.Error(), "copy the bot user oauth token (xoxb-…) again from the app's OAuth page, and install the app if it asks for that")
	default:
		c.add("bot token", LevelFail, "Slack does not answer: "+quiet(err).Error(), "check the way out to SLACK_API_URL (a proxy, a firewall), and run rof doctor again")
	}
	return err == nil
}

// channels looks whether the bot is where it is to post.
func (c *checkup) channels(ctx context.Context) {
	if len(c.cfg.Channels) == 0 {
		c.add("channels", LevelWarn, "no channel is set, so alerts are not announced", "set SLACK_CHANNEL to a channel's id, or routes in ROF_CONFIG")
	}
	for _, id := range c.cfg.Channels {
		check := "channel " + id
		info, err := c.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		switch {
		case err != nil && err.Error() == "missing_scope":
			c.add(check, LevelSkip, "the app may not look channels up", "add the scope channels:read (groups:read for a private channel), and install the app again")
		case err != nil:
			c.add(check, LevelFail, "Slack says "+quiet(err).Error(), cmp.Or(fixOf(err.Error(), id), "run rof doctor again"))
		case info.IsArchived:
			c.add(check, LevelFail, "#"+flat(info.Name)+" is archived", fixOf("is_archived", id))
		case !info.IsMember:
			c.add(check, LevelFail, "the bot is not in #"+flat(info.Name), fixOf("not_in_channel", "#"+flat(info.Name)))
		default:
			c.private = c.private || info.IsPrivate
			c.add(check, LevelOK, "the bot is in #"+flat(info.Name), "")
		}
	}
}

// scope is one that something in use needs.
type scope struct {
	name, why string
	level     string // of its absence
}

// needed are the scopes of what is in use, and no others.
func (c *checkup) needed() []scope {
	list := []scope{
		{"chat:write", "posting at all", LevelFail},
		{"commands", "the slash command and the shortcut", LevelFail},
		{"app_mentions:read", "commands in threads", LevelFail},
		{"users:read", "telling who may decide; without it nobody may", LevelFail},
		{"channels:history", "finding a message again whose posting was interrupted", LevelFail},
		{"channels:read", "this check", LevelWarn},
		{"im:history", "direct messages", LevelWarn},
		{"assistant:write", "the assistant", LevelWarn},
		{"files:write", "post-mortems and charts as files", LevelWarn},
		{"reactions:read", "marking what belongs in the timeline", LevelWarn},
		{"pins:read", "pinned messages in the timeline", LevelWarn},
	}
	if c.private {
		list = append(list,
			scope{"groups:history", "finding a message again in a private channel", LevelFail},
			scope{"groups:read", "this check of a private channel", LevelWarn})
	}
	if len(c.cfg.Groups)+len(c.cfg.Mentions) > 0 {
		level := LevelWarn
		if len(c.cfg.Groups) > 0 {
			level = LevelFail
		}
		list = append(list, scope{"usergroups:read", "telling who is in a group that may decide", level})
	}
	if c.cfg.Own {
		list = append(list,
			scope{"channels:manage", "a channel for each incident", LevelFail},
			scope{"groups:write", "a private channel for an incident", LevelWarn},
			scope{"bookmarks:write", "bookmarks in an incident's channel", LevelWarn})
	}
	return list
}

func (c *checkup) scopes() {
	if len(c.granted) == 0 {
		c.add("scopes", LevelSkip, "Slack did not say which scopes the app has", "compare OAuth & Permissions on the app's page with manifest.yml")
		return
	}
	needed, missing := c.needed(), 0
	for _, s := range needed {
		if !slices.Contains(c.granted, s.name) {
			missing++
			c.add("scope "+s.name, s.level, "missing; it is for "+s.why, "add "+s.name+" at OAuth & Permissions, Bot Token Scopes, and install the app again")
		}
	}
	if missing == 0 {
		c.add("scopes", LevelOK, "all "+itoa(len(needed))+" that are in use", "")
	}
}

// groups looks whether the groups of the config are there and hold anybody.
func (c *checkup) groups(ctx context.Context) {
	done := map[string]bool{}
	for n, id := range slices.Concat(c.cfg.Groups, c.cfg.Mentions) {
		if done[id] || id == "" {
			continue
		}
		done[id] = true
		level, what := LevelFail, "who may decide"
		if n >= len(c.cfg.Groups) {
			level, what = LevelWarn, "who is mentioned"
		}
		members, err := c.api.GetUserGroupMembersContext(ctx, id)
		switch {
		case err != nil && err.Error() == "missing_scope":
			c.add("group "+id, level, "the app may not read it, so it is closed to everybody", "add the scope usergroups:read, and install the app again")
		case err != nil:
			c.add("group "+id, level, "Slack says "+quiet(err).Error(), "check the id of "+what+" in ROF_CONFIG: a user group's begins with S")
		case len(members) == 0:
			c.add("group "+id, LevelWarn, "nobody is in it", "add members in Slack: it says "+what)
		default:
			c.add("group "+id, LevelOK, count(len(members), "member"), "")
		}
	}
}

// post posts the card that was asked for.
func (c *checkup) post(ctx context.Context) {
	if len(c.cfg.Channels) == 0 {
		return
	}
	id, m := c.cfg.Channels[0], card()
	_, _, err := c.api.PostMessageContext(ctx, id,
		slack.MsgOptionText(m.text, true), slack.MsgOptionBlocks(m.blocks...), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if err != nil {
		c.add("test card", LevelFail, "Slack says "+quiet(err).Error(), cmp.Or(fixOf(err.Error(), id), "run rof doctor --post again"))
		return
	}
	c.add("test card", LevelOK, "posted to "+id, "")
}

// card is what says that writing works.
func card() *message {
	m := &message{text: "A test card of rof doctor"}
	m.add(section("🟢 *A test card*", "`rof doctor --post` can write here. Nothing has happened."))
	return m
}

// PostCard posts a test card to an incoming webhook.
func PostCard(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	client := &http.Client{Timeout: callWithin, Transport: transport()}
	defer client.CloseIdleConnections()
	m := card()
	err := slack.PostWebhookCustomHTTPContext(ctx, url, client, &slack.WebhookMessage{Text: m.text, Blocks: &slack.Blocks{BlockSet: m.blocks}})
	if err != nil {
		return quiet(err)
	}
	return nil
}

// Failed reports whether any of the findings is a failure.
func Failed(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Level == LevelFail })
}
