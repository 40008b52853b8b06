package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/webhook"
)

func mac(secret, text string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func hexMAC(secret, text string) string { return hex.EncodeToString(mac(secret, text)) }

func signedSources() map[string]webhook.SourceConfig {
	secrets := []string{"old-secret", "new-secret"}
	return map[string]webhook.SourceConfig{
		"grafana":   {HMAC: &webhook.HMACConfig{Secrets: secrets, TimestampHeader: "X-Grafana-Alerting-Timestamp"}},
		"plain":     {Kind: "grafana", HMAC: &webhook.HMACConfig{Secrets: secrets}},
		"github":    {HMAC: &webhook.HMACConfig{Secrets: secrets}},
		"pagerduty": {HMAC: &webhook.HMACConfig{Secrets: secrets}},
		"sentry":    {HMAC: &webhook.HMACConfig{Secrets: secrets}},
		"shop":      {Kind: "generic", HMAC: &webhook.HMACConfig{Secrets: secrets, Header: "X-Shop", Encoding: "base64", TimestampHeader: "X-Shop-Time", Signed: webhook.SignedBody, Tolerance: time.Minute}},
	}
}

func TestSignedDeliveries(t *testing.T) {
	now := time.Unix(1_795_403_131, 0)
	var log logs
	r := start(t, func(c *webhook.Config) {
		c.Sources, c.Log, c.Now = signedSources(), log.logger(), func() time.Time { return now }
	})
	const (
		firing = `{"version":"1","alerts":[{"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-11-23T03:00:31Z"}]}`
		ping   = `{"zen":"x"}`
		pagey  = `{"event":{"event_type":"pagey.ping","data":{"type":"ping"}}}`
		hook   = `{"action":"created","data":{"installation":{}}}`
		shop   = `{"title":"x"}`
	)
	stamp := func(off time.Duration) string { return fmt.Sprint(now.Add(off).Unix()) }
	grafana := func(secret, stamp, body string) []string {
		return []string{"X-Grafana-Alerting-Signature: " + hexMAC(secret, stamp+":"+body), "X-Grafana-Alerting-Timestamp: " + stamp}
	}
	base := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	for _, c := range []struct {
		name, source, body string
		headers            []string
		status             int
		says               string // on our side, where it is refused
	}{
		{"the secret", "grafana", firing, grafana("new-secret", stamp(0), firing), 202, ""},
		{"the secret of before", "grafana", firing, grafana("old-secret", stamp(-4*time.Minute), firing), 202, ""},
		{"another secret", "grafana", firing, grafana("other-secret", stamp(0), firing), 401, "wrong signature"},
		{"a body that was changed", "grafana", firing + " ", grafana("new-secret", stamp(0), firing), 401, "wrong signature"},
		{"an old signature", "grafana", firing, grafana("new-secret", stamp(-6*time.Minute), firing), 401, "signed more than 5m0s"},
		{"a clock that is ahead", "grafana", firing, grafana("new-secret", stamp(6*time.Minute), firing), 401, "signed more than 5m0s"},
		{"an old signature under a new time", "grafana", firing, []string{"X-Grafana-Alerting-Signature: " + hexMAC("new-secret", stamp(-time.Hour)+":"+firing), "X-Grafana-Alerting-Timestamp: " + stamp(0)}, 401, "wrong signature"},
		{"no time", "grafana", firing, []string{"X-Grafana-Alerting-Signature: " + hexMAC("new-secret", firing)}, 401, "no time of signing"},
		{"a time that is none", "grafana", firing, grafana("new-secret", "soon", firing), 401, "no time of signing"},
		{"no signature", "grafana", firing, nil, 401, "no signature"},
		{"a token in its place", "grafana", firing, []string{"Authorization: Bearer new-secret"}, 401, "no signature"},
		{"a signature that is not hex", "plain", firing, []string{"X-Grafana-Alerting-Signature: zz"}, 401, "not hex"},
		{"a signature that is cut", "plain", firing, []string{"X-Grafana-Alerting-Signature: " + hexMAC("new-secret", firing)[:32]}, 401, "wrong signature"},
		{"a body without a time", "plain", firing, []string{"X-Grafana-Alerting-Signature: " + hexMAC("new-secret", firing)}, 202, ""},
		{"GitHub's prefix", "github", ping, []string{"X-GitHub-Event: ping", "X-Hub-Signature-256: sha256=" + hexMAC("new-secret", ping)}, 202, ""},
		{"no prefix", "github", ping, []string{"X-Hub-Signature-256: " + hexMAC("new-secret", ping)}, 401, "no signature that begins with sha256="},
		{"a prefix that nobody expects", "plain", firing, []string{"X-Grafana-Alerting-Signature: sha256=" + hexMAC("new-secret", firing)}, 401, "and prefix to what stands before it, such as sha256="},
		{"PagerDuty's list", "pagerduty", pagey, []string{"X-PagerDuty-Signature: v1=00ff, v1=" + hexMAC("old-secret", pagey) + ",v2=ab"}, 202, ""},
		{"a list without it", "pagerduty", pagey, []string{"X-PagerDuty-Signature: v1=00ff,v2=" + hexMAC("old-secret", pagey)}, 401, "wrong signature"},
		{"a list that is too long", "pagerduty", pagey, []string{"X-PagerDuty-Signature: " + strings.Repeat("v1=00,", 8) + "v1=" + hexMAC("old-secret", pagey)}, 401, "wrong signature"},
		{"Sentry's", "sentry", hook, []string{"Sentry-Hook-Resource: installation", "Sentry-Hook-Signature: " + hexMAC("new-secret", hook)}, 202, ""},
		{"base64 beside a time that is not signed", "shop", shop, []string{"X-Shop: " + base(mac("new-secret", shop)), "X-Shop-Time: " + stamp(30*time.Second) + "000"}, 202, ""},
		{"a time beyond a tolerance of its own", "shop", shop, []string{"X-Shop: " + base(mac("new-secret", shop)), "X-Shop-Time: " + stamp(-2*time.Minute)}, 401, "signed more than 1m0s"},
		{"base64 that is none", "shop", shop, []string{"X-Shop: !!!", "X-Shop-Time: " + stamp(0)}, 401, "not base64"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := r.do("POST", "/webhooks/"+c.source, c.body, c.headers...).want(t, c.status)
			if c.says == "" {
				return
			}
			if strings.Contains(string(got.body), c.says) {
				t.Errorf("the sender is told why: %s", got.body)
			}
			if page := string(r.do("GET", "/", "").body); !strings.Contains(page, c.says) {
				t.Errorf("the dashboard does not say %q", c.says)
			}
			for _, s := range []string{"new-secret", "old-secret"} {
				if strings.Contains(log.String(), s) {
					t.Errorf("the log has %s", s)
				}
			}
		})
	}
	t.Run("a replay within the tolerance changes nothing", func(t *testing.T) {
		headers := grafana("new-secret", stamp(0), firing)
		for range 2 {
			got := r.do("POST", "/webhooks/grafana", firing, headers...).want(t, 202)
			if string(got.body) != "{\"accepted\":0,\"ignored\":1}\n" {
				t.Errorf("answer = %s", got.body)
			}
		}
	})
}

func TestTheBodiesThatGrafanaSignsAreTaken(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "shared", "webhooks", "captured-grafana-notifier-*.txt"))
	check(t, err)
	if len(files) == 0 {
		t.Skip("no captured deliveries here")
	}
	r := start(t, func(c *webhook.Config) { c.Sources = signedSources() })
	for _, f := range files {
		raw, err := os.ReadFile(f)
		check(t, err)
		_, body, _ := bytes.Cut(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
		stamp := fmt.Sprint(time.Now().Unix())
		got := r.do("POST", "/webhooks/grafana", string(body), "X-Grafana-Alerting-Signature: "+hexMAC("new-secret", stamp+":"+string(body)), "X-Grafana-Alerting-Timestamp: "+stamp)
		if got.status != 202 {
			t.Errorf("%s: %d %s", filepath.Base(f), got.status, got.body)
		}
	}
}

func TestTrustThatCannotBeIsRefusedAtTheStart(t *testing.T) {
	secrets := []string{"a-secret"}
	for _, c := range []struct {
		name string
		conf webhook.SourceConfig
		want string
	}{
		{"grafana", webhook.SourceConfig{HMAC: &webhook.HMACConfig{}}, "hmac.secret is missing"},
		{"grafana", webhook.SourceConfig{HMAC: &webhook.HMACConfig{Secrets: []string{""}}}, "hmac.secret is missing or empty"},
		{"grafana", webhook.SourceConfig{Tokens: secrets, HMAC: &webhook.HMACConfig{Secrets: secrets}}, "token or hmac, not both"},
		{"generic", webhook.SourceConfig{HMAC: &webhook.HMACConfig{Secrets: secrets}}, "hmac.header is missing"},
		{"generic", webhook.SourceConfig{HMAC: &webhook.HMACConfig{Secrets: secrets, Header: "X", Encoding: "base32"}}, "hex or base64"},
		{"generic", webhook.SourceConfig{HMAC: &webhook.HMACConfig{Secrets: secrets, Header: "X", Signed: "headers"}}, "body or timestamp:body"},
		{"generic", webhook.SourceConfig{HMAC: &webhook.HMACConfig{Secrets: secrets, Header: "X", Signed: "timestamp:body"}}, "set hmac.timestamp_header"},
		{"github", webhook.SourceConfig{Tokens: secrets}, "sends no token but signs"},
		{"generic", webhook.SourceConfig{Topics: []string{topic}}, "kind cloudwatch"},
		{"cloudwatch", webhook.SourceConfig{Tokens: secrets}, "set topics"},
		{"cloudwatch", webhook.SourceConfig{Topics: []string{"alarms"}}, "is not an ARN"},
	} {
		c.conf.Kind = c.name
		err := webhook.CheckSource(c.name, c.conf)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: err = %v, want one that says %q", c.name, c.conf, err, c.want)
		}
	}
}
