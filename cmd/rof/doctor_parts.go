package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"ragoffire/bot"
	"ragoffire/engine"
	"ragoffire/engine/llm"
	"ragoffire/store"
	"ragoffire/webhook"
	"ragoffire/webhook/kafka"
)

// checkStore opens the store, which brings its schema up to date as every
// command does, and looks whether it serves.
func checkStore(ctx context.Context, cfg *config, std streams) []bot.Finding {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	fail := func(err error) []bot.Finding {
		return []bot.Finding{{Check: "database", Level: bot.LevelFail, Text: told(err), Fix: "check DATABASE_URL, that the server is up and that its user may create tables (PostgreSQL), or that the folder can be written to (SQLite)"}}
	}
	st, err := store.Open(ctx, cfg.database, store.Options{Log: newLog(std.err, "error", cfg.logFormat)})
	if err != nil {
		return fail(err)
	}
	defer func() { _ = st.Close() }()
	if err := st.Ready(ctx); err != nil {
		return fail(err)
	}
	version, err := st.Version(ctx)
	if err != nil {
		return fail(err)
	}
	var last int64
	var counts engine.Counts
	var waiting []engine.ThreadDraft
	if err := st.View(ctx, func(r engine.Reader) (err error) {
		if last, _, err = r.LastSeq(ctx); err != nil {
			return err
		}
		if counts, err = r.Counts(ctx); err != nil {
			return err
		}
		waiting, _, err = r.Drafts(ctx, engine.DraftOpen, "", 1000)
		return err
	}); err != nil {
		return fail(err)
	}
	found := []bot.Finding{
		{Check: "database", Level: bot.LevelOK, Text: storeName(cfg.database)},
		{Check: "migrations", Level: bot.LevelOK, Text: fmt.Sprintf("schema version %d, up to date", version)},
	}
	history := bot.Finding{Check: "history", Level: bot.LevelOK, Text: fmt.Sprintf("%s of your own, %s, %s", counted(counts.OwnFixes, "fixed incident"), counted(counts.Runbooks, "runbook"), counted(counts.Seeds, "example"))}
	switch {
	case cfg.seed && last == 0:
		history.Text = "empty; rof serve loads ten examples"
	case counts.OwnFixes+counts.Seeds+counts.Runbooks == 0:
		history.Level, history.Fix = bot.LevelWarn, "rof import PATH takes post-mortems and runbooks in; without any, nothing can be recommended"
	case len(waiting) > 0:
		history.Text += ", " + counted(len(waiting), "draft") + " to review"
	}
	return append(found, history)
}

// checkModels asks the endpoints that are set for one word and one vector.
func checkModels(ctx context.Context, cfg *config) []bot.Finding {
	var found []bot.Finding
	try := func(check, model, unset string, ask func() (string, error)) {
		if model == "" {
			found = append(found, bot.Finding{Check: check, Level: bot.LevelOK, Text: unset})
			return
		}
		began := time.Now()
		text, err := ask()
		if err != nil {
			found = append(found, bot.Finding{Check: check, Level: bot.LevelFail, Text: safe(err.Error()), Fix: "check OPENAI_BASE_URL, OPENAI_API_KEY and the model's name; rof goes on without it meanwhile"})
			return
		}
		found = append(found, bot.Finding{Check: check, Level: bot.LevelOK, Text: fmt.Sprintf("%s answers, after %s%s", model, time.Since(began).Round(time.Millisecond), text)})
	}
	at := llm.Config{Key: cfg.openaiKey, BaseURL: cfg.openaiBase}
	try("embeddings", cfg.openaiEmbedding, "none set: words alone are compared", func() (string, error) {
		at := at
		at.Model = cfg.openaiEmbedding
		vectors, err := llm.NewEmbedder(at).Embed(ctx, []string{"database timeouts"})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf(", with %d dimensions", len(vectors[0])), nil
	})
	try("model", cfg.openaiModel, "none set: decisions are in history's own words", func() (string, error) {
		at := at
		at.Model = cfg.openaiModel
		return "", llm.Ping(ctx, at)
	})
	return found
}

// checkSources says of each source whether deliveries are taken in.
func checkSources(cfg *config) []bot.Finding {
	host, _, err := net.SplitHostPort(cfg.listen)
	local := err == nil && loopback(host)
	var found []bot.Finding
	for _, name := range slices.Sorted(maps.Keys(cfg.file.sources)) {
		f := bot.Finding{Check: "source " + name, Level: bot.LevelOK, Text: "has a secret; deliveries go to /webhooks/" + name}
		switch s := cfg.file.sources[name]; {
		case s.kind == "cloudwatch" && s.trusted():
			f.Text = "takes what its topics send; deliveries go to /webhooks/" + name
		case s.kind == "cloudwatch":
			f.Level, f.Text, f.Fix = bot.LevelFail, "has no topic, so its deliveries are refused", "set sources."+name+".topics in ROF_CONFIG to the ARN of the topic that delivers"
		case !s.trusted():
			f = withoutSecret(name, s.kind, local)
		}
		found = append(found, f)
	}
	if len(found) > 0 {
		return found
	}
	if local {
		return []bot.Finding{{Check: "sources", Level: bot.LevelOK, Text: "none is configured: on " + cfg.listen + " all are open"}}
	}
	return []bot.Finding{{Check: "sources", Level: bot.LevelFail, Text: "none has a secret, so on " + cfg.listen + " every delivery is refused", Fix: `sources: {alertmanager: {token: "…"}} in ROF_CONFIG, and the same token in the sender's settings (README, Your alerts)`}}
}

func withoutSecret(name, kind string, local bool) bot.Finding {
	secret, sender := ".token", "the same token in the sender's settings"
	if webhook.CheckSource(name, webhook.SourceConfig{Kind: kind, Tokens: []string{"any"}}) != nil {
		secret, sender = ".hmac.secret", "the same secret in the sender's settings"
	}
	f := bot.Finding{Check: "source " + name, Level: bot.LevelFail, Text: "has no secret, so its deliveries are refused", Fix: "set sources." + name + secret + " in ROF_CONFIG, and " + sender}
	if local {
		f.Level, f.Text = bot.LevelWarn, "has no secret: open, as long as rof listens on this machine alone"
	}
	return f
}

// checkKafka asks the brokers for the topic, where one is set.
func checkKafka(ctx context.Context, cfg *config) []bot.Finding {
	k := cfg.kafka
	if len(k.Brokers) == 0 {
		return nil
	}
	f := bot.Finding{Check: "kafka", Level: bot.LevelOK, Text: "the brokers have the topic " + k.Topic}
	if err := kafka.Check(ctx, k); err != nil {
		f.Level, f.Text = bot.LevelFail, safe(err.Error())
		f.Fix = "check KAFKA_BROKERS, KAFKA_TOPIC, KAFKA_TLS and KAFKA_SASL_…, and that the user may read the topic; webhooks are taken in meanwhile"
	}
	return []bot.Finding{f}
}

// checkOutside looks at what is told or asked beside Slack. People's phones are
// left alone.
func checkOutside(ctx context.Context, cfg *config) []bot.Finding {
	var found []bot.Finding
	if at := cfg.file.alertmanager; at != "" {
		f := bot.Finding{Check: "alertmanager", Level: bot.LevelOK, Text: "answers; silences are made there, too"}
		if err := answers(ctx, strings.TrimRight(at, "/")+"/-/healthy"); err != nil {
			f.Level, f.Text = bot.LevelFail, safe(err.Error())
			f.Fix = "check alertmanager.url in ROF_CONFIG; until it answers, silences hold in Slack alone"
		}
		found = append(found, f)
	}
	if ask := cfg.file.meter.Range; ask != nil {
		f := bot.Finding{Check: "prometheus", Level: bot.LevelOK, Text: "answers; new incidents are measured"}
		now := time.Now()
		if _, err := ask(ctx, "vector(1)", now.Add(-time.Minute), now, time.Minute); err != nil {
			f.Level, f.Text = bot.LevelFail, safe(err.Error())
			f.Fix = "check prometheus.url and its token or password in ROF_CONFIG; until it answers, incidents go without numbers"
		}
		found = append(found, f)
	}
	if n := len(cfg.file.escalation.Paths); n > 0 {
		found = append(found, bot.Finding{Check: "escalate", Level: bot.LevelSkip, Text: counted(n, "path") + " past Slack; a check would page somebody", Fix: "let an alert of a test service go unacknowledged"})
	}
	return found
}

// answers reports whether anything speaks HTTP at an address and is not broken.
func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= 500 || resp.StatusCode == http.StatusNotFound {
		return fmt.Errorf("it answers %s", resp.Status)
	}
	return nil
}
