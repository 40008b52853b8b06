package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ragoffire/bot"
	"ragoffire/engine"
	"ragoffire/engine/history"
)

// slackScheme marks what is to be read from Slack among the paths.
const slackScheme = "slack:"

// sinceDefault is how far back a channel is read.
const sinceDefault = "180d"

// draftBatch is how many drafts are written at once: little is read twice where
// the reading breaks off.
const draftBatch = 20

// slackReport is what import --json prints for a channel.
type slackReport struct {
	Channel string `json:"channel"`
	Threads int    `json:"threads"` // read now
	Known   int    `json:"known"`   // read before, and no reply since
	engine.DraftReport
	DryRun bool `json:"dry_run,omitempty"`
}

// fromSlack takes the channels out of the paths of an import.
func fromSlack(paths []string) (channels, files []string) {
	for _, p := range paths {
		if c, ok := strings.CutPrefix(p, slackScheme); ok {
			channels = append(channels, c)
		} else {
			files = append(files, p)
		}
	}
	return channels, files
}

// importSlack reads channels into drafts. Nothing of them is history until a
// person accepts it.
func importSlack(ctx context.Context, channels []string, since string, dry, asJSON bool, getenv func(string) string, std streams) error {
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	if cfg.slackBot == "" {
		return fmt.Errorf("reading a channel needs SLACK_BOT_TOKEN (xoxb-…) with the scopes channels:history and, for private channels, groups:history")
	}
	r := &reader{getenv: getenv}
	back := r.duration("--since", since)
	if len(r.problems) > 0 {
		return usagef("--since must be a length of time such as 90d, not %q", since)
	}
	for _, c := range channels {
		if !channelID.MatchString(c) {
			return usagef("%s%s: give the channel's id, such as slack:C0INCIDENT (channel, View details, at the bottom)", slackScheme, safe(c))
		}
	}
	threads := bot.NewThreads(bot.ThreadsConfig{BotToken: cfg.slackBot, APIURL: cfg.slackAPI, Log: newLog(std.err, "info", cfg.logFormat)})
	return withHistory(ctx, getenv, std, func(e *engine.Engine) error {
		for _, c := range channels {
			s := slackImport{engine: e, report: slackReport{Channel: c, DryRun: dry}}
			err := threads.Read(ctx, c, time.Now().Add(-back), s.known(ctx), func(t engine.Thread) error { return s.add(ctx, t) })
			if keepErr := s.keep(ctx); err == nil {
				err = keepErr
			}
			if err == nil || s.report.Threads > 0 {
				if printErr := s.report.print(std, cfg.command, asJSON); err == nil {
					err = printErr
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// slackImport is the reading of one channel under way.
type slackImport struct {
	engine *engine.Engine
	report slackReport
	batch  []engine.ThreadDraft
}

// known says whether a thread was read already, with all its replies.
func (s *slackImport) known(ctx context.Context) func(ts, latest string) (bool, error) {
	return func(ts, latest string) (bool, error) {
		d, err := s.engine.Draft(ctx, engine.DraftID(s.report.Channel, ts))
		if engine.KindOf(err) == engine.NotFound {
			return false, nil
		}
		if err == nil && (d.Latest == latest || d.Status == engine.DraftAccepted || d.Status == engine.DraftDropped) {
			s.report.Known++
			return true, nil
		}
		return false, err
	}
}

func (s *slackImport) add(ctx context.Context, t engine.Thread) error {
	s.report.Threads++
	if s.batch = append(s.batch, history.Thread(t)); len(s.batch) < draftBatch {
		return nil
	}
	return s.keep(ctx)
}

func (s *slackImport) keep(ctx context.Context) error {
	batch := s.batch
	s.batch = nil
	if s.report.DryRun {
		for n := range batch {
			if batch[n].Status == engine.DraftEmpty {
				s.report.Empty++
			} else {
				s.report.New++
			}
		}
		return nil
	}
	// What was read is kept, even where the reading was interrupted.
	r, err := s.engine.KeepDrafts(context.WithoutCancel(ctx), batch)
	s.report.New += r.New
	s.report.Updated += r.Updated
	s.report.Unchanged += r.Unchanged
	s.report.Empty += r.Empty
	return err
}

func (r *slackReport) print(std streams, command string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(std.out).Encode(r)
	}
	verb := "read"
	if r.DryRun {
		verb = "would read"
	}
	line := fmt.Sprintf("%s %s in %s: %s", verb, counted(r.Threads, "thread"), r.Channel, counted(r.New, "new draft"))
	for _, f := range []struct {
		n    int
		word string
	}{{r.Updated, "updated"}, {r.Empty, "without a fix or a cause"}, {r.Known + r.Unchanged, "known"}} {
		if f.n > 0 {
			line += fmt.Sprintf(", %d %s", f.n, f.word)
		}
	}
	if r.New+r.Updated > 0 && !r.DryRun {
		line += "; none is history yet: look at them with rof drafts, on the app's Home tab, or with " + command + " drafts"
	}
	_, err := fmt.Fprintln(std.out, line)
	return err
}
