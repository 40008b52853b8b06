package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"ragoffire/bot"
	"ragoffire/engine"
	"ragoffire/webhook/kafka"
	bodies "ragoffire/webhook/source"
)

// file is what the config file says, checked.
type file struct {
	sources      map[string]source
	types        []engine.TypeRule
	routes       []engine.Route
	services     map[string]engine.Service
	escalation   engine.Escalation
	deadman      deadman
	silencer     engine.Silencer
	alertmanager string // its address
	maintenance  []engine.Window
	openings     []engine.Opening
	heartbeats   []engine.Heartbeat
	meter        engine.Meter
	linkHosts    []string
	approvers    bot.Circle
	admins       bot.Circle
	notOwn       bool
	roles        *rolesDocument

	verdictsElsewhere bool // than over REST: approvers are named, and not approvers.api
	noServiceGroups   bool
	groupWindow       time.Duration
	expire            time.Duration
	keepEvents        time.Duration
	keepRaw           time.Duration
	modelTimeout      time.Duration
	tokensPerHour     int
	reminders         engine.Reminders
	updates           string
	rooms             bot.Rooms
	emoji             string
}

// source is a configured source of alerts.
type source struct {
	kind   string
	tokens []string
	mapped
	trust trust
}

// document is the file as it is written.
type document struct {
	Sources map[string]sourceDocument `yaml:"sources"`
	Types   []struct {
		Match     map[string]string `yaml:"match"`
		ErrorType string            `yaml:"error_type"`
	} `yaml:"types"`
	Routes    []routeDocument `yaml:"routes"`
	LinkHosts []string        `yaml:"link_hosts"`
	Group     struct {
		ByService *bool  `yaml:"by_service"`
		Window    string `yaml:"window"`
		Expire    string `yaml:"expire"`
	} `yaml:"group"`
	Retention struct {
		Events string `yaml:"events"`
		Raw    string `yaml:"raw"`
	} `yaml:"retention"`
	Model struct {
		Timeout       string `yaml:"timeout"`
		TokensPerHour *int   `yaml:"tokens_per_hour"`
	} `yaml:"model"`
	Services     map[string]serviceDocument `yaml:"services"`
	Approvers    peopleDocument             `yaml:"approvers"`
	Admins       peopleDocument             `yaml:"admins"`
	Roles        *rolesDocument             `yaml:"roles"`
	Escalate     *escalateDocument          `yaml:"escalate"`
	Deadman      *deadmanDocument           `yaml:"deadman"`
	Alertmanager *alertmanagerDocument      `yaml:"alertmanager"`
	Maintenance  []maintenanceDocument      `yaml:"maintenance"`
	Reminders    remindersDocument          `yaml:"reminders"`
	Updates      updatesDocument            `yaml:"updates"`
	Channels     channelsDocument           `yaml:"channels"`
	Timeline     timelineDocument           `yaml:"timeline"`
	OpenAfter    []openingDocument          `yaml:"open_after"`
	Heartbeats   []heartbeatDocument        `yaml:"heartbeats"`
	Prometheus   *prometheusDocument        `yaml:"prometheus"`
}

type sourceDocument struct {
	Kind      string         `yaml:"kind"`
	Token     any            `yaml:"token"` // one, or a list while secrets rotate
	TokenFile string         `yaml:"token_file"`
	HMAC      *hmacDocument  `yaml:"hmac"`
	Header    string         `yaml:"header"`
	Topics    []string       `yaml:"topics"`
	Confirm   bool           `yaml:"confirm"`
	Map       map[string]any `yaml:"map"`
	Expire    string         `yaml:"expire"`
}

// readFile reads the config file, where there is one.
func (r *reader) readFile(path string) file {
	var f file
	if path == "" {
		return f
	}
	in, err := os.Open(path)
	if err != nil {
		r.problemf("ROF_CONFIG: %w", err)
		return f
	}
	defer func() { _ = in.Close() }()
	b, err := io.ReadAll(engine.Decoded(in)) // some editors set a byte order mark
	if err != nil {
		r.problemf("ROF_CONFIG: %w", err)
		return f
	}
	return r.readDocument(path, b)
}

// readDocument reads what the file at path says.
func (r *reader) readDocument(path string, b []byte) file {
	var f file
	var d document
	in := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict())
	if err := in.Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		r.problemf("ROF_CONFIG %s: %s", path, firstLine(err))
		return f
	}
	var more any
	if err := in.Decode(&more); err == nil && more != nil {
		r.problemf("ROF_CONFIG %s: a second document begins at a line ---, and would be ignored; write all of it as one", path)
	}
	f.sources = r.readSources(d.Sources)
	for n, t := range d.Types {
		match, err := engine.Patterns(t.Match)
		switch {
		case err != nil:
			r.problemf("ROF_CONFIG types[%d]: %w", n, err)
		case t.ErrorType == "" || len(match) == 0:
			r.problemf("ROF_CONFIG types[%d] needs match and error_type", n)
		}
		f.types = append(f.types, engine.TypeRule{Match: match, ErrorType: t.ErrorType})
	}
	f.routes = r.readRoutes(d.Routes)
	f.services = r.readServices(d.Services)
	f.escalation = r.readEscalate(d.Escalate, strings.TrimRight(r.str("ROF_PUBLIC_URL", ""), "/"))
	f.deadman = r.readDeadman(d.Deadman)
	f.silencer = r.readSilencer(d.Alertmanager, f.sources)
	if d.Alertmanager != nil {
		f.alertmanager = d.Alertmanager.URL
	}
	f.maintenance = r.readMaintenance(d.Maintenance)
	f.openings = r.readOpenings(d.OpenAfter)
	f.heartbeats = r.readHeartbeats(d.Heartbeats)
	f.meter = r.readPrometheus(d.Prometheus)
	r.readPeople(&d, &f)
	f.roles = d.Roles
	f.rooms, f.emoji = r.readChannels(d.Channels), r.readTimeline(d.Timeline)
	f.linkHosts = r.readHosts(d.LinkHosts)
	f.noServiceGroups = d.Group.ByService != nil && !*d.Group.ByService
	f.groupWindow = r.duration("group.window", d.Group.Window)
	f.expire = r.duration("group.expire", d.Group.Expire)
	f.keepEvents = r.duration("retention.events", d.Retention.Events)
	f.keepRaw = r.duration("retention.raw", d.Retention.Raw)
	if f.modelTimeout = r.duration("model.timeout", d.Model.Timeout); f.modelTimeout > longestModel {
		r.problemf("ROF_CONFIG model.timeout must be at most %s, not %s", longestModel, d.Model.Timeout)
	}
	if n := d.Model.TokensPerHour; n != nil {
		if f.tokensPerHour = *n; *n < leastTokens {
			r.problemf("ROF_CONFIG model.tokens_per_hour must be at least %d, what one answer may take, not %d; unset OPENAI_MODEL to ask no model", leastTokens, *n)
		}
	}
	f.reminders, f.updates = r.readReminders(d.Reminders), r.readUpdates(d.Updates)
	return f
}

const (
	// longestModel bounds one attempt; three of them fit in a job's time.
	longestModel = 30 * time.Second
	// leastTokens are what the longest brief and its answer may cost together.
	leastTokens = 10_000
)

// ownSources are the names of rof's own among the sources, and for what they are.
var ownSources = map[string]string{
	kafka.Source:           "what comes from its topic",
	engine.SourceHeartbeat: "what tells of heartbeats that stop",
	"unknown":              "deliveries to addresses that are none",
}

func (r *reader) readSources(docs map[string]sourceDocument) map[string]source {
	out := make(map[string]source, len(docs))
	kinds := bodies.Kinds()
	for _, name := range slices.Sorted(maps.Keys(docs)) {
		d := docs[name]
		s := source{kind: d.Kind}
		if s.kind == "" {
			s.kind = name
		}
		if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`).MatchString(name) {
			r.problemf("ROF_CONFIG sources: the name %.40q is the end of an address; use letters, digits, dots and dashes", name)
		} else if what, own := ownSources[name]; own {
			r.problemf("ROF_CONFIG sources.%s: rof itself calls %s so; name the source otherwise, such as my-%s", name, what, name)
		} else if kinds[s.kind] == nil {
			r.problemf("ROF_CONFIG sources.%s: kind %q is unknown; there are %s", name, s.kind, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
		}
		s.tokens = r.texts("sources."+name+".token", d.Token)
		if d.TokenFile != "" {
			if t := r.secretFile("ROF_CONFIG sources."+name+".token_file", d.TokenFile); t != "" { // else it is told
				s.tokens = append(s.tokens, t)
			}
		}
		for _, t := range s.tokens {
			if len(t) < 8 {
				r.problemf("ROF_CONFIG sources.%s.token is shorter than 8 characters", name)
			}
		}
		s.mapped = r.readMapped(name, s.kind, d)
		r.readTrust(name, &s, &d)
		out[name] = s
	}
	return out
}

// texts reads one text or a list of them. What YAML takes for a number is not what is
// written there: 01234567 is 342391.
func (r *reader) texts(name string, v any) []string {
	list, is := v.([]any)
	if !is && v != nil {
		list = []any{v}
	}
	var out []string
	for _, v := range list {
		text, ok := v.(string)
		if !ok {
			r.problemf("ROF_CONFIG %s must be a text or a list of texts; write each in quotes", name)
			return out
		}
		out = append(out, text)
	}
	return out
}

// readHosts checks the hosts that links may lead to. One that no link can have is
// a mistake that nobody would notice.
func (r *reader) readHosts(hosts []string) []string {
	for n, h := range hosts {
		if u, err := url.Parse("//" + h); err != nil || h == "" || u.Host != h || strings.ContainsAny(h, "* ") {
			r.problemf("ROF_CONFIG link_hosts[%d] must be a whole host such as runbooks.example.com, not %q", n, h)
		}
	}
	return hosts
}

// longestDays keeps a number of days to what a duration holds.
const longestDays = 100 * 365

// duration reads a length of time, days included: 5m, 1h, 30d.
func (r *reader) duration(name, s string) time.Duration {
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		if d = time.Duration(n) * 24 * time.Hour; n > longestDays {
			d = 0
		}
	}
	if err != nil || d <= 0 {
		r.problemf("ROF_CONFIG %s must be a length of time such as 5m, 1h or 30d, not %q", name, s)
		return 0
	}
	return d
}

// firstLine is the part of a parser's error that says what and where, without the
// names that Go has for it.
func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	where, what, mistyped := strings.Cut(line, "cannot unmarshal ")
	for kind, text := range map[string]string{"bool": "true or false", "int": "a whole number", "string": "a text"} {
		if mistyped && strings.Contains(what, " of type "+kind) {
			return where + "must be " + text
		}
	}
	return line
}
