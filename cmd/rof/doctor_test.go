package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ragoffire/bot/slackfake"
)

// sound is an environment in which nothing is wrong.
func sound(t *testing.T, s *slackfake.Slack, more ...string) func(stdin string, args ...string) ran {
	t.Helper()
	return rofOn(t, sqliteDB(t), append(more,
		"SLACK_BOT_TOKEN="+s.BotToken(), "SLACK_APP_TOKEN="+s.AppToken(), "SLACK_API_URL="+s.URL(), "SLACK_CHANNEL="+channel,
		"ROF_LISTEN=127.0.0.1:1",
	)...)
}

func TestDoctorFindsNothingWhereNothingIsWrong(t *testing.T) {
	s := slack(t, slackfake.Config{})
	config := write(t, "approvers: {groups: [S0SRE]}\nsources: {alertmanager: {token: long-enough}}\n")
	r := sound(t, s, "ROF_CONFIG="+config)("", "doctor", "--post")
	if r.code != 0 || r.err != "" {
		t.Errorf("status %d, stderr %q", r.code, r.err)
	}
	got := strings.NewReplacer(config, "CONFIG").Replace(r.out)
	for _, line := range []string{
		`ok    config +CONFIG`, `ok    database +sqlite:`, `ok    migrations +schema version \d+, up to date`, `warn  serve +nothing answers on 127.0.0.1:1`,
		`ok    bot token +signed in to \S+ as @rof`, `ok    channel C0INCIDENT +the bot is in #incidents`, `ok    scopes +all 12 that are in use`,
		`ok    group S0SRE +2 members`, `ok    app token `, `ok    socket +hello after`, `skip  events `, `ok    test card +posted to C0INCIDENT`,
		`ok    embeddings +none set`, `ok    model +none set`, `ok    source alertmanager +has a secret`,
	} {
		if !regexp.MustCompile(`(?m)^` + line).MatchString(got) {
			t.Errorf("no line %s in\n%s", line, got)
		}
	}
	if strings.Contains(got, "ROF_COMMAND") {
		t.Errorf("the manifest's own command is doubted:\n%s", got)
	}
	if r := sound(t, s, "ROF_COMMAND=/fire")("", "doctor"); !strings.Contains(r.out, "ROF_COMMAND is /fire: name it so at the app's Slash Commands page") {
		t.Errorf("another command's name is not told:\n%s", r.out)
	}
	if m := s.Snapshot().BotMessages(channel); len(m) != 1 || !strings.Contains(m[0].Visible(), "A test card") {
		t.Errorf("%d messages", len(m))
	}
}

func TestDoctorSaysWhatIsWrongAndHowToMendIt(t *testing.T) {
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(refuses.Close)
	config := write(t, "approvers: {groups: [S0NONE]}\nroutes: [{channel: C0ELSE}, {channel: C0OLD}, {channel: C0NOT}]\nsources: {shop: {kind: generic}, cloudwatch: {confirm: true}, github: {hmac: {secret: long-enough}}, sentry: {}}\nservices: {a: {owner: b, channel: C0SERVICE}}\nalertmanager: {url: \""+refuses.URL+"\"}\nprometheus: {url: \""+refuses.URL+"\"}\nescalate: {after: 5m, then: [{webhook: \"https://pager.example.com/x\"}]}\nchannels: {severity: [critical]}\nupdates: {channel: C0NEWS}\nretention: {raw: 7d}\n")
	s := slack(t, slackfake.Config{Manifest: slackfake.Manifest{Scopes: []string{"chat:write", "commands", "channels:read", "usergroups:read", "users:read", "im:history"}}})
	s.AddChannel(slackfake.Channel{ID: "C0ELSE", Name: "elsewhere", Members: []string{"U0ALICE"}})
	s.AddChannel(slackfake.Channel{ID: "C0OLD", Name: "old", Archived: true})
	r := sound(t, s, "ROF_CONFIG="+config, "ROF_SEED=false", "ROF_LISTEN=0.0.0.0:1", "ROF_API_TOKEN=0123456789abcdef", "OPENAI_MODEL=m", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OPENAI_BASE_URL="+refuses.URL)("", "doctor", "--json")
	var report doctorReport
	if err := json.Unmarshal([]byte(r.out), &report); err != nil || r.code != 1 || report.OK {
		t.Fatalf("status %d, %v: %s %s", r.code, err, r.out, r.err)
	}
	found := map[string]string{}
	for _, f := range report.Checks {
		found[f.Check] += f.Level + ": " + f.Text + " | " + f.Fix + "\n"
	}
	for check, want := range map[string]string{
		"config": "warn: OTEL_EXPORTER_OTLP_ENDPOINT", "scope channels:manage": "fail: missing; it is for a channel for each incident", "channel C0NEWS": "fail: Slack says channel_not_found", "channel C0SERVICE": "fail: Slack says channel_not_found", "alertmanager": "ok: answers", "prometheus": "check prometheus.url and its token", "escalate": "skip: 1 path past Slack", "history": "rof import PATH", "channel C0ELSE": "fail: the bot is not in #elsewhere | invite the bot to #elsewhere",
		"channel C0OLD": "fail: #old is archived | unarchive C0OLD", "channel C0NOT": "fail: Slack says channel_not_found | check the channel's id C0NOT",
		"scope app_mentions:read": "fail: missing; it is for commands in threads | add app_mentions:read at OAuth & Permissions", "scope assistant:write": "warn: missing",
		"group S0NONE": "fail: Slack says no_such_subteam | check the id", "model": "fail: m: the endpoint answers 401; check OPENAI_API_KEY", "source shop": "fail: has no secret", "source cloudwatch": "fail: has no topic", "source github": "ok: has a secret", "source sentry": "set sources.sentry.hmac.secret",
	} {
		if !strings.Contains(found[check], want) {
			t.Errorf("%s: %q does not say %q", check, found[check], want)
		}
	}
	for _, unasked := range []string{"scope groups:history", "scope usergroups:read", "test card"} {
		if found[unasked] != "" {
			t.Errorf("%s: %s", unasked, found[unasked])
		}
	}
	if len(s.Snapshot().BotMessages(channel)) != 0 {
		t.Error("it posted without being asked to")
	}
}

func TestDoctorSaysWhyADatabaseIsOutOfReach(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := rofOn(t, "DATABASE_URL=postgres://rof:not-told@"+address+"/rof")("", "doctor")
	if r.code != exitFailed || !strings.Contains(r.out, "connection refused") || strings.Contains(r.out, "not-told") {
		t.Errorf("%+v", r)
	}
}

func TestDoctorTellsTokensThatSlackRefuses(t *testing.T) {
	s := slack(t, slackfake.Config{})
	rof := rofOn(t, sqliteDB(t), "SLACK_BOT_TOKEN=xoxb-wrong", "SLACK_APP_TOKEN=xapp-wrong", "SLACK_API_URL="+s.URL(), "SLACK_CHANNEL="+channel, "ROF_LISTEN=127.0.0.1:1")
	if r := rof("", "doctor"); r.code != 1 || !strings.Contains(r.out, "Slack refuses SLACK_BOT_TOKEN: invalid_auth") || !strings.Contains(r.out, "fix: make an app-level token with the scope connections:write") {
		t.Errorf("%+v", r)
	}
	rof = rofOn(t, "DATABASE_URL=mysql://x")
	if r := rof("", "doctor"); r.code != 1 || !strings.Contains(r.out, "fail  config  DATABASE_URL must begin with") {
		t.Errorf("%+v", r)
	}
	rof = rofOn(t, sqliteDB(t), "ROF_LISTEN=127.0.0.1:1")
	if r := rof("", "doctor"); r.code != 0 || !strings.Contains(r.out, "warn  slack       off") {
		t.Errorf("%+v", r)
	}
	rof = rofOn(t, sqliteDB(t), "ROF_LISTEN=127.0.0.1:1", "KAFKA_BROKERS=127.0.0.1:1", "KAFKA_TOPIC=alerts")
	if r := rof("", "doctor"); r.code != 1 || !strings.Contains(r.out, "fail  kafka") || !strings.Contains(r.out, "fix: check KAFKA_BROKERS") {
		t.Errorf("%+v", r)
	}
}

func TestDoctorBesideAServeLeavesTheSocketToIt(t *testing.T) {
	s := slack(t, slackfake.Config{})
	db := sqliteDB(t)
	p := serving(t, append(slackEnv(s, db), "ROF_LISTEN=127.0.0.1:0")...)
	connected(t, s)
	opened := s.Snapshot().SocketsOpened()
	address := strings.TrimPrefix(p.url, "http://")
	rof := rofOn(t, db, "SLACK_BOT_TOKEN="+s.BotToken(), "SLACK_APP_TOKEN="+s.AppToken(), "SLACK_API_URL="+s.URL(), "SLACK_CHANNEL="+channel, "ROF_LISTEN="+address)
	r := rof("", "doctor")
	if r.code != 0 || !strings.Contains(r.out, "rof serve is ready on "+address) || !strings.Contains(r.out, "skip  socket") {
		t.Errorf("%+v", r)
	}
	if now := s.Snapshot().SocketsOpened(); now > max(opened, 2) {
		t.Errorf("%d sockets were opened, %d before", now, opened)
	}
}
