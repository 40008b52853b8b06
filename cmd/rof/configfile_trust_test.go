package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ragoffire/webhook"
)

func TestTheConfigSaysHowSourcesAreTrusted(t *testing.T) {
	secret := write(t, "a-secret-of-a-file\n")
	c, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, `sources:
  grafana: {hmac: {secret: [old-secret, new-secret], header: X-Grafana-Alerting-Signature, timestamp_header: X-Time, tolerance: 2m}}
  pagerduty: {hmac: {secret_file: `+secret+`}}
  shop: {kind: generic, hmac: {secret: shop-secret, header: X-Shop, prefix: "v0=", encoding: base64, signed: body}}
  lab: {kind: generic, token: lab-secret, header: X-Lab}
  cloudwatch: {topics: ["arn:aws:sns:eu-west-1:123456789012:alarms"], confirm: true}
retention: {raw: 3d}
`)))
	if err != nil {
		t.Fatal(err)
	}
	s := webhookSources(c.file.sources)
	if h := s["grafana"].HMAC; len(h.Secrets) != 2 || h.Header != "X-Grafana-Alerting-Signature" || h.TimestampHeader != "X-Time" || h.Tolerance != 2*time.Minute {
		t.Errorf("grafana = %+v", h)
	}
	if h := s["pagerduty"].HMAC; len(h.Secrets) != 1 || h.Secrets[0] != "a-secret-of-a-file" {
		t.Errorf("pagerduty = %+v", h)
	}
	if h := s["shop"].HMAC; h.Prefix != "v0=" || h.Encoding != "base64" || h.Signed != webhook.SignedBody {
		t.Errorf("shop = %+v", h)
	}
	if s["lab"].Header != "X-Lab" || len(s["cloudwatch"].Topics) != 1 || !s["cloudwatch"].Confirm {
		t.Errorf("lab = %+v, cloudwatch = %+v", s["lab"], s["cloudwatch"])
	}
	if c.engineConfig().KeepRaw != 3*24*time.Hour || len(c.warnings) > 0 {
		t.Errorf("raw kept for %s, warnings %v", c.engineConfig().KeepRaw, c.warnings)
	}
}

func TestTheConfigSaysWhatIsWrongWithTrust(t *testing.T) {
	_, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, `sources:
  grafana: {hmac: {header: X}}
  github: {token: a-long-token}
  shop: {kind: generic, hmac: {secret: shop-secret}}
  lab: {kind: generic, hmac: {secret: short, header: X, tolerance: soon}}
  cloudwatch: {token: a-long-token}
  other: {kind: cloudwatch, topics: [alarms]}
`)))
	for _, want := range []string{
		"sources.grafana: hmac.secret is missing", "sources.github: github sends no token but signs", "sources.shop: hmac.header is missing",
		"sources.lab.hmac.secret is shorter", "sources.lab.hmac.tolerance must be", "sources.cloudwatch: what SNS delivers is signed", `sources.other: topic "alarms" is not an ARN`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no line says %q:\n%v", want, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), "a-long-token") {
		t.Errorf("the error shows a secret: %v", err)
	}
}

func TestTheConfigOfTheDocsIsRead(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "sources*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no docs: %v", err)
	}
	secret := write(t, "a-secret-of-a-file\n")
	blocks := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(b), "```yaml\n")[1:] {
			block, _, _ := strings.Cut(part, "```")
			if !strings.HasPrefix(block, "sources:") {
				continue
			}
			blocks++
			block = regexp.MustCompile(`/run/secrets/[a-z-]+`).ReplaceAllString(strings.ReplaceAll(block, "…", "a-long-secret"), secret)
			if _, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, block))); err != nil {
				t.Errorf("%s: %v in\n%s", filepath.Base(f), err, block)
			}
		}
	}
	if blocks == 0 {
		t.Error("no config in the docs")
	}
}
