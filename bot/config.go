package bot

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// Config is what a Bot is made of. Engine, Store, BotToken and AppToken are
// required; the rest has defaults, given at each field.
type Config struct {
	Engine   *engine.Engine
	Store    engine.Store
	Log      *slog.Logger     // discards
	Now      func() time.Time // time.Now
	BotToken string           // xoxb-…
	AppToken string           // xapp-…, with connections:write

	APIURL    string   // https://slack.com/api/; with or without the trailing slash
	Command   string   // /incident
	LinkHosts []string // none: the hosts that links may lead to
	Emoji     string   // pushpin: a message that is marked with it becomes part of its incident's timeline
	// Chart draws a measure over time as a picture. Nil: none is shown.
	Chart func(*engine.Chart) ([]byte, error)

	Rooms Rooms // none: which incidents get a channel of their own

	Approvers Circle // every full member: who decides on advice
	Admins    Circle // who may silence (every full member) and take back what others decided (nobody)
	NotOwn    bool   // nobody approves what they asked for or declared themself

	Pace      engine.Pace   // burst 10, then one a second: how fast a channel may be posted to
	Settle    time.Duration // 3 s: after an attempt whose outcome is unknown, before it is looked up
	Refused   time.Duration // 1 min: before a channel that refused a post is tried again, doubling up to half an hour
	HomeEvery time.Duration // 10 s: how soon an open Home tab shows what has changed
	Stagger   time.Duration // 20 s: between the two sockets, so that Slack refreshes them at different times; negative: none

	// Count is told what happened, by the names of the Count constants, for
	// metrics. It must not block. Nil counts nothing.
	Count func(what string)
}

// What Config.Count is told.
const (
	CountReceived    = "received"           // an envelope was stored
	CountRepeated    = "repeated"           // an envelope was there already
	CountRefused     = "refused"            // an envelope could not be stored
	CountDropped     = "dropped"            // too many at once: left to Slack to deliver again
	CountPosted      = "posted"             // a message
	CountEdited      = "edited"             // a message
	CountHome        = "home"               // a Home tab was drawn
	CountUnchanged   = "unchanged"          // nothing to edit
	CountLimited     = "rate_limited"       // an answer 429
	CountUncertain   = "uncertain"          // an attempt whose outcome is unknown
	CountAdopted     = "settled_found"      // such a one stood in the channel
	CountAbsent      = "settled_absent"     // such a one did not
	CountUnsettled   = "settled_impossible" // nobody could tell: sent once more
	CountDead        = "dead"               // a post given up
	CountStorm       = "reconnect_storm"    // reconnecting was braked
	CountConnections = "connections"        // a socket said hello
)

// complete fills in the defaults, and says everything that is wrong.
func (c *Config) complete() error {
	var errs []error
	if c.Engine == nil || c.Store == nil {
		errs = append(errs, errors.New("an engine and a store are required"))
	}
	if !strings.HasPrefix(c.BotToken, "xoxb-") {
		errs = append(errs, errors.New("SLACK_BOT_TOKEN must begin with xoxb-"))
	}
	if !strings.HasPrefix(c.AppToken, "xapp-") {
		errs = append(errs, errors.New("SLACK_APP_TOKEN must begin with xapp-"))
	}
	c.APIURL = strings.TrimRight(cmp.Or(c.APIURL, slack.APIURL), "/") + "/"
	if u, err := url.Parse(c.APIURL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		errs = append(errs, errors.New("SLACK_API_URL must be an address such as https://slack.com/api/"))
	}
	c.Command = "/" + strings.TrimPrefix(cmp.Or(c.Command, "/incident"), "/")
	if len(c.Command) > 32 || strings.ContainsAny(c.Command[1:], "/ \t<>&|`") || c.Command == "/" {
		errs = append(errs, fmt.Errorf("ROF_COMMAND must be one word of at most 32 characters such as /incident, not %q", c.Command))
	}
	c.Emoji = strings.Trim(cmp.Or(c.Emoji, "pushpin"), ":")
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Count == nil {
		c.Count = func(string) {}
	}
	if c.Pace == (engine.Pace{}) {
		c.Pace = engine.Pace{Burst: 10, Every: time.Second}
	}
	c.Settle = cmp.Or(c.Settle, 3*time.Second)
	c.Refused = cmp.Or(c.Refused, time.Minute)
	c.HomeEvery = cmp.Or(c.HomeEvery, homeEvery)
	c.Stagger = max(cmp.Or(c.Stagger, 20*time.Second), 0)
	return errors.Join(errs...)
}
