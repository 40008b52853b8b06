package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"ragoffire/engine"
	"ragoffire/webhook"
	"ragoffire/webhook/kafka"
)

// config is every setting of a process. It is read once, here and in
// configfile.go, and nowhere else.
type config struct {
	listen    string
	publicURL string // empty: the address that is bound
	token     string
	oidc      webhook.OIDCConfig // its Issuer is empty where it is off
	database  string
	kept      engine.Kept
	seed      bool

	slackApp, slackBot string
	slackAPI           string
	slackChannel       string
	slackWebhook       string
	command            string

	openaiKey, openaiBase, openaiEmbedding, openaiModel string

	logLevel, logFormat string

	kafka kafka.Config // Brokers is empty where it is off

	file     file
	warnings []string
}

// bot reports whether the settings turn the Slack bot on.
func (c *config) bot() bool { return c.slackApp != "" && c.slackBot != "" }

// reader reads settings and gathers what is wrong with them, so that a person
// mends all of it at once.
type reader struct {
	getenv   func(string) string
	problems []error
}

func (r *reader) problemf(format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf(format, args...))
}

// str reads a variable, or gives its default.
func (r *reader) str(name, or string) string {
	if v := strings.TrimSpace(r.getenv(name)); v != "" {
		return v
	}
	return or
}

// secret reads a variable or the file that NAME_FILE names.
func (r *reader) secret(name string) string {
	v, path := strings.TrimSpace(r.getenv(name)), strings.TrimSpace(r.getenv(name+"_FILE"))
	switch {
	case path == "":
		return v
	case v != "":
		r.problemf("%s and %s_FILE are both set; set one", name, name)
		return ""
	}
	return r.secretFile(name+"_FILE", path)
}

func (r *reader) secretFile(name, path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		r.problemf("%s: %w", name, err)
		return ""
	}
	v := strings.TrimSpace(string(b))
	if v == "" {
		r.problemf("%s: %s is empty", name, path)
	}
	return v
}

// readConfig reads the environment and the file that ROF_CONFIG names.
func readConfig(getenv func(string) string) (config, error) {
	r := &reader{getenv: getenv}
	c := config{
		listen:          r.str("ROF_LISTEN", "127.0.0.1:8000"),
		token:           r.secret("ROF_API_TOKEN"),
		slackApp:        r.secret("SLACK_APP_TOKEN"),
		slackBot:        r.secret("SLACK_BOT_TOKEN"),
		slackAPI:        r.str("SLACK_API_URL", "https://slack.com/api/"),
		slackChannel:    r.str("SLACK_CHANNEL", ""),
		slackWebhook:    r.secret("SLACK_WEBHOOK_URL"),
		command:         r.str("ROF_COMMAND", "/incident"),
		openaiKey:       r.secret("OPENAI_API_KEY"),
		openaiBase:      r.str("OPENAI_BASE_URL", ""),
		openaiEmbedding: r.str("OPENAI_EMBEDDING_MODEL", ""),
		openaiModel:     r.str("OPENAI_MODEL", ""),
		logLevel:        r.str("ROF_LOG_LEVEL", "info"),
		logFormat:       r.str("ROF_LOG_FORMAT", ""),
	}
	c.readDatabase(r)
	c.readListen(r)
	c.readSlack(r)
	c.checkWords(r)
	c.readModel(r)
	c.readKafka(r)
	c.file = r.readFile(r.str("ROF_CONFIG", ""))
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT"} {
		if r.str(name, "") != "" {
			c.warnings = append(c.warnings, name+" is set, but this version does not use it yet")
		}
	}
	c.readOIDC(r)
	return c, errors.Join(r.problems...)
}

func (c *config) readDatabase(r *reader) {
	c.database = r.secret("DATABASE_URL")
	if c.database == "" {
		dir, err := dataFolder(r.getenv)
		if err != nil {
			r.problemf("DATABASE_URL: %w", err)
		}
		c.database = "sqlite:" + filepath.Join(dir, "rof", "rof.db")
	}
	sqlite := strings.HasPrefix(c.database, "sqlite:")
	if !sqlite && !strings.HasPrefix(c.database, "postgres://") && !strings.HasPrefix(c.database, "postgresql://") {
		r.problemf("DATABASE_URL must begin with postgres:// or sqlite:")
	}
	c.kept = kept(c.database, r.getenv)
	switch v := strings.ToLower(r.str("ROF_SEED", "")); v {
	case "":
		c.seed = sqlite
	case "true", "1", "yes":
		c.seed = true
	case "false", "0", "no":
	default:
		r.problemf("ROF_SEED must be true or false, not %q", v)
	}
}

// dataFolder is where a person's programs keep their data.
func dataFolder(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_DATA_HOME"); dir != "" {
		return dir, nil
	}
	if dir := getenv("LocalAppData"); dir != "" && runtime.GOOS == "windows" {
		return dir, nil
	}
	home := getenv("HOME")
	switch {
	case home == "":
		return "", errors.New("HOME is not set; say where data goes, such as sqlite:/var/lib/rof/rof.db")
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support"), nil
	}
	return filepath.Join(home, ".local", "share"), nil
}

func (c *config) readListen(r *reader) {
	host, port, err := net.SplitHostPort(c.listen)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		r.problemf("ROF_LISTEN must be HOST:PORT, such as 127.0.0.1:8000, not %q", c.listen)
		return
	}
	if !loopback(host) && c.token == "" && r.str("ROF_OIDC_ISSUER", "") == "" {
		r.problemf("ROF_LISTEN=%s can be reached from other machines: set ROF_API_TOKEN (openssl rand -hex 32) or ROF_OIDC_ISSUER, or listen on 127.0.0.1", c.listen)
	}
	if c.token != "" && len(c.token) < 16 {
		r.problemf("ROF_API_TOKEN is shorter than 16 characters; make one with openssl rand -hex 32")
	}
	c.publicURL = strings.TrimRight(r.str("ROF_PUBLIC_URL", ""), "/")
	if ip, err := netip.ParseAddr(host); c.publicURL == "" && (host == "" || err == nil && ip.IsUnspecified()) {
		c.publicURL = "http://" + net.JoinHostPort("127.0.0.1", port)
	}
	switch u, err := url.Parse(c.publicURL); {
	case c.publicURL == "":
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		r.problemf("ROF_PUBLIC_URL must be an address such as https://rof.example.com, not %q", c.publicURL)
	case *u != url.URL{Scheme: u.Scheme, Host: u.Host}:
		r.problemf("ROF_PUBLIC_URL must be %s://%s and nothing more: the dashboard is at the root of its host, and links carry no name, password or query", u.Scheme, u.Host)
	}
}

// loopback reports whether only this machine can reach a host.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (c *config) readSlack(r *reader) {
	switch {
	case c.slackApp != "" && c.slackBot == "":
		r.problemf("SLACK_APP_TOKEN is set but SLACK_BOT_TOKEN (xoxb-…) is not; the bot needs both")
	case c.slackBot != "" && c.slackApp == "":
		r.problemf("SLACK_BOT_TOKEN is set but SLACK_APP_TOKEN (xapp-…) is not; the bot needs both")
	case strings.HasPrefix(c.slackApp, "xoxb-") || strings.HasPrefix(c.slackBot, "xapp-"):
		r.problemf("SLACK_APP_TOKEN and SLACK_BOT_TOKEN are swapped: the first begins with xapp-, the second with xoxb-")
	}
	if !strings.HasSuffix(c.slackAPI, "/") {
		c.slackAPI += "/"
	}
	if u, err := url.Parse(c.slackAPI); err != nil || u.Host == "" {
		r.problemf("SLACK_API_URL must be an address such as https://slack.com/api/, not %q", c.slackAPI)
	}
	if c.slackWebhook != "" {
		if u, err := url.Parse(c.slackWebhook); err != nil || u.Host == "" {
			r.problemf("SLACK_WEBHOOK_URL is not an address")
		}
	}
	if !strings.HasPrefix(c.command, "/") || strings.ContainsAny(c.command, " \t") || len(c.command) > 32 {
		r.problemf("ROF_COMMAND must be a slash command such as /incident, not %q", c.command)
	}
}

// readModel checks the endpoint of a model. A key may be missing only where the
// endpoint is one's own.
func (c *config) readModel(r *reader) {
	if u, err := url.Parse(c.openaiBase); c.openaiBase != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		r.problemf("OPENAI_BASE_URL must be an address such as https://api.openai.com/v1")
	}
	if c.openaiModel != "" && c.openaiKey == "" && c.openaiBase == "" {
		r.problemf("OPENAI_MODEL is set, but neither OPENAI_API_KEY nor OPENAI_BASE_URL; set the key, or the address of an endpoint of your own")
	}
	if strings.ContainsFunc(c.openaiModel, func(x rune) bool { return x <= ' ' || x > '~' }) || len(c.openaiModel) > 200 {
		r.problemf("OPENAI_MODEL must be a model's name such as gpt-4o-mini, not %q", c.openaiModel)
	}
}

func (c *config) checkWords(r *reader) {
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, strings.ToLower(c.logLevel)) {
		r.problemf("ROF_LOG_LEVEL must be debug, info, warn or error, not %q", c.logLevel)
	}
	if !slices.Contains([]string{"", "text", "json"}, strings.ToLower(c.logFormat)) {
		r.problemf("ROF_LOG_FORMAT must be text or json, not %q", c.logFormat)
	}
}

// engineConfig is what the engine is made of, without its store.
func (c *config) engineConfig() engine.Config {
	e := engine.Config{
		Types: c.file.types, Routes: c.file.routes, Channel: c.slackChannel,
		NoServiceGroups: c.file.noServiceGroups, GroupWindow: c.file.groupWindow,
		Expire: c.file.expire, KeepEvents: c.file.keepEvents, KeepRaw: c.file.keepRaw, Kept: c.kept,
		Services: c.file.services, Maintenance: c.file.maintenance, Openings: c.file.openings, Silencer: c.file.silencer, Escalation: c.file.escalation,
		Reminders: c.file.reminders, Updates: c.file.updates, Heartbeats: c.file.heartbeats, Meter: c.file.meter,
	}
	switch {
	case c.bot():
		e.Meter.Charts = true
	case c.slackWebhook != "":
		e.Channel, e.Routes, e.Services, e.PostAnswers, e.Updates = webhookChannel, nil, withoutChannels(e.Services), true, ""
	default:
		e.Channel, e.Routes, e.Services, e.Updates = "", nil, withoutChannels(e.Services), ""
	}
	return e
}

// webhookChannel stands for the incoming webhook, whose channel Slack knows.
const webhookChannel = "incoming-webhook"
