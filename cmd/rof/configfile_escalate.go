package main

import (
	"errors"
	"fmt"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/page"
)

// escalateDocument says what follows where nobody takes a critical incident.
type escalateDocument struct {
	After string    `yaml:"after"`
	Then  pathsYAML `yaml:"then"`
}

// pathDocument is one way past Slack; one of its kinds is set.
type pathDocument struct {
	After       string        `yaml:"after"`
	Webhook     string        `yaml:"webhook"`
	WebhookFile string        `yaml:"webhook_file"`
	Ntfy        string        `yaml:"ntfy"`
	NtfyFile    string        `yaml:"ntfy_file"`
	Email       *mailDocument `yaml:"email"`
	Token       string        `yaml:"token"`
	TokenFile   string        `yaml:"token_file"`
}

type mailDocument struct {
	SMTP         string    `yaml:"smtp"`
	From         string    `yaml:"from"`
	To           textsYAML `yaml:"to"`
	Username     string    `yaml:"username"`
	Password     string    `yaml:"password"`
	PasswordFile string    `yaml:"password_file"`
}

// pathsYAML is one path or a list of them.
type pathsYAML []pathDocument

// UnmarshalYAML reads either.
func (p *pathsYAML) UnmarshalYAML(read func(any) error) error {
	var list []pathDocument
	if err := read(&list); err == nil {
		*p = list
		return nil
	}
	var one pathDocument
	if err := read(&one); err != nil {
		return err
	}
	*p = pathsYAML{one}
	return nil
}

// textsYAML is one text or a list of them.
type textsYAML []string

// UnmarshalYAML reads either.
func (t *textsYAML) UnmarshalYAML(read func(any) error) error {
	var list []string
	if err := read(&list); err == nil {
		*t = list
		return nil
	}
	var one string
	if err := read(&one); err != nil {
		return err
	}
	*t = textsYAML{one}
	return nil
}

// either is a secret, or what is in the file that holds it.
func (r *reader) either(where, value, path string) string {
	switch {
	case path == "":
		return value
	case value != "":
		r.problemf("ROF_CONFIG %s and %s_file are both set; set one", where, where)
		return ""
	}
	return r.secretFile("ROF_CONFIG "+where+"_file", path)
}

// escalateAfter is how long an incident may wait where only the paths are given.
const escalateAfter = 5 * time.Minute

// readEscalate reads the block; public is where the dashboard is reached.
func (r *reader) readEscalate(d *escalateDocument, public string) engine.Escalation {
	if d == nil {
		return engine.Escalation{}
	}
	e := engine.Escalation{After: r.duration("escalate.after", d.After)}
	if d.After == "" {
		e.After = escalateAfter
	}
	for n, p := range d.Then {
		where := fmt.Sprintf("escalate.then[%d]", n)
		pager, err := r.readPath(where, &p, public)
		if err != nil {
			r.problemf("ROF_CONFIG %s: %w", where, err)
			continue
		}
		e.Paths = append(e.Paths, engine.Path{Pager: pager, After: r.duration(where+".after", p.After)})
	}
	return e
}

func (r *reader) readPath(where string, p *pathDocument, public string) (engine.Pager, error) {
	webhook, ntfy := r.either(where+".webhook", p.Webhook, p.WebhookFile), r.either(where+".ntfy", p.Ntfy, p.NtfyFile)
	token := r.either(where+".token", p.Token, p.TokenFile)
	switch {
	case webhook != "" && ntfy == "" && p.Email == nil:
		return page.NewWebhook(webhook, token, public)
	case ntfy != "" && webhook == "" && p.Email == nil:
		return page.NewNtfy(ntfy, token, public)
	case p.Email != nil && webhook == "" && ntfy == "":
		m := p.Email
		return page.NewMail(page.MailConfig{
			SMTP: m.SMTP, From: m.From, To: m.To, Username: m.Username,
			Password: r.either(where+".email.password", m.Password, m.PasswordFile), Public: public,
		})
	}
	return nil, errors.New("needs exactly one of webhook, email and ntfy")
}

// deadmanDocument names an outside dead-man's switch.
type deadmanDocument struct {
	URL     string `yaml:"url"`
	URLFile string `yaml:"url_file"`
	Every   string `yaml:"every"`
}

// deadman is that switch, checked; no url for none.
type deadman struct {
	url   string
	every time.Duration
}

func (r *reader) readDeadman(d *deadmanDocument) deadman {
	if d == nil {
		return deadman{}
	}
	m := deadman{url: r.either("deadman.url", d.URL, d.URLFile), every: r.duration("deadman.every", d.Every)}
	if m.every == 0 {
		m.every = time.Minute
	}
	if _, err := page.NewDeadman(m.url, m.every, nil, nil); err != nil {
		r.problemf("ROF_CONFIG deadman.url: %w", err)
	}
	if m.every < 10*time.Second {
		r.problemf("ROF_CONFIG deadman.every must be at least 10s, not %s", d.Every)
	}
	return m
}
