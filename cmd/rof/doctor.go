package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ragoffire/bot"
)

const doctorHelp = `looks at everything that can be set up wrong, and says what to do about each

  --post   also posts a test card to SLACK_CHANNEL, or to the incoming webhook
  --json   one JSON document on stdout instead of lines

It checks the config, the database and its schema, Slack's tokens, scopes,
socket, channels and groups, the endpoints of models, the sources and Kafka. It
can run beside a serve, and then leaves the socket to that one. Exit status 1
where something fails.
`

// doctorReport is what doctor --json prints.
type doctorReport struct {
	OK     bool          `json:"ok"`
	Checks []bot.Finding `json:"checks"`
}

func doctor(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	fs := flag.NewFlagSet("doctor", flag.ContinueOnError)
	post := fs.Bool("post", false, "")
	asJSON := fs.Bool("json", false, "")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usagef("unexpected %q", words[0])
	}
	found := examine(ctx, getenv, *post, std)
	if *asJSON {
		err = json.NewEncoder(std.out).Encode(doctorReport{OK: !bot.Failed(found), Checks: found})
	} else {
		err = printFindings(std, found)
	}
	if err == nil && bot.Failed(found) {
		return errReported
	}
	return err
}

// examine runs all checks. Where the config is wrong, what it says is no ground
// for the others.
func examine(ctx context.Context, getenv func(string) string, post bool, std streams) []bot.Finding {
	cfg, err := readConfig(getenv)
	if err != nil {
		var found []bot.Finding
		for line := range strings.SplitSeq(err.Error(), "\n") {
			found = append(found, bot.Finding{Check: "config", Level: bot.LevelFail, Text: line, Fix: "mend that, and run rof doctor again"})
		}
		return found
	}
	file := "settings from the environment alone"
	if path := strings.TrimSpace(getenv("ROF_CONFIG")); path != "" {
		file = path
	}
	found := []bot.Finding{{Check: "config", Level: bot.LevelOK, Text: file}}
	for _, w := range cfg.warnings {
		found = append(found, bot.Finding{Check: "config", Level: bot.LevelWarn, Text: w, Fix: "take it out, or wait for the version that uses it"})
	}
	served, serving := atServe(ctx, cfg.listen)
	found = append(found, checkStore(ctx, &cfg, std)...)
	found = append(found, serving)
	found = append(found, checkSlack(ctx, &cfg, post, !served)...)
	found = append(found, checkModels(ctx, &cfg)...)
	found = append(found, checkSources(&cfg)...)
	found = append(found, checkKafka(ctx, &cfg)...)
	found = append(found, checkSignIn(ctx, &cfg)...)
	return append(found, checkOutside(ctx, &cfg)...)
}

// atServe asks whether a serve answers where the config says that it listens.
func atServe(ctx context.Context, listen string) (bool, bot.Finding) {
	f := bot.Finding{Check: "serve", Level: bot.LevelWarn, Text: "nothing answers on " + listen, Fix: "start rof serve"}
	address, err := localAddress(listen)
	if err != nil {
		return false, f
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", http.NoBody)
	if err != nil {
		return false, f
	}
	client := &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return false, f
	}
	_ = resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return true, bot.Finding{Check: "serve", Level: bot.LevelOK, Text: "rof serve is ready on " + listen}
	}
	return true, bot.Finding{Check: "serve", Level: bot.LevelFail, Text: fmt.Sprintf("what listens on %s answers %d to /readyz", listen, resp.StatusCode), Fix: "if that is rof serve, its log says why it is not ready; else set ROF_LISTEN to another port"}
}

func checkSlack(ctx context.Context, cfg *config, post, dial bool) []bot.Finding {
	switch {
	case cfg.bot():
	case cfg.slackWebhook != "" && !post:
		return []bot.Finding{{Check: "webhook", Level: bot.LevelSkip, Text: "an incoming webhook can only be checked by posting", Fix: "rof doctor --post"}}
	case cfg.slackWebhook != "":
		if err := bot.PostCard(ctx, cfg.slackWebhook); err != nil {
			return []bot.Finding{{Check: "webhook", Level: bot.LevelFail, Text: err.Error(), Fix: "make a new one at the app's Incoming Webhooks page, and set SLACK_WEBHOOK_URL to it"}}
		}
		return []bot.Finding{{Check: "webhook", Level: bot.LevelOK, Text: "a test card is posted"}}
	default:
		return []bot.Finding{{
			Check: "slack", Level: bot.LevelWarn, Text: "off: neither a bot's tokens nor an incoming webhook are set",
			Fix: "create the app from manifest.yml, and set SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_CHANNEL (README, Slack in five minutes)",
		}}
	}
	c := bot.CheckupConfig{
		BotToken: cfg.slackBot, AppToken: cfg.slackApp, APIURL: cfg.slackAPI, Command: cfg.command, Dial: dial, Post: post,
		Groups: slices.Concat(cfg.file.approvers.Groups, cfg.file.admins.Groups), Own: len(cfg.file.rooms.Severities) > 0,
	}
	add := func(list []string, id string) []string {
		if id == "" || slices.Contains(list, id) {
			return list
		}
		return append(list, id)
	}
	c.Channels = add(nil, cfg.slackChannel)
	for _, r := range cfg.file.routes {
		c.Channels, c.Mentions = add(c.Channels, r.Channel), add(c.Mentions, r.Mention)
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.file.services)) {
		c.Channels = add(c.Channels, cfg.file.services[name].Channel)
	}
	c.Channels = add(c.Channels, cfg.file.updates)
	return bot.Checkup(ctx, c)
}

// printFindings prints one line for each finding, and its fix below.
func printFindings(std streams, found []bot.Finding) error {
	wide := 0
	for n := range found {
		wide = max(wide, len(found[n].Check))
	}
	for n := range found {
		f := &found[n]
		if _, err := fmt.Fprintf(std.out, "%-4s  %-*s  %s\n", f.Level, wide, safe(f.Check), safe(f.Text)); err != nil {
			return err
		}
		if f.Fix != "" {
			if _, err := fmt.Fprintf(std.out, "%*s  fix: %s\n", wide+6, "", safe(f.Fix)); err != nil {
				return err
			}
		}
	}
	return nil
}
