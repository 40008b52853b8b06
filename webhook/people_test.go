package webhook_test

import (
	"strings"
	"testing"

	"ragoffire/webhook"
)

func TestSettingsOfSignIn(t *testing.T) {
	ok := webhook.OIDCConfig{Issuer: "https://id.example.com", ClientID: "c", ClientSecret: "s"}
	for name, c := range map[string]struct {
		change func(*webhook.OIDCConfig)
		want   string
	}{
		"a plain one":          {func(*webhook.OIDCConfig) {}, ""},
		"http elsewhere":       {func(c *webhook.OIDCConfig) { c.Issuer = "http://id.example.com" }, "issuer must be"},
		"no address":           {func(c *webhook.OIDCConfig) { c.Issuer = "id.example.com" }, "issuer must be"},
		"no secret":            {func(c *webhook.OIDCConfig) { c.ClientSecret = "" }, "secret must be set"},
		"Slack without a team": {func(c *webhook.OIDCConfig) { c.Issuer = "https://slack.com" }, "team must be"},
		"Slack with one":       {func(c *webhook.OIDCConfig) { c.Issuer, c.People.Team = "https://slack.com", "T0123" }, ""},
		"a team elsewhere":     {func(c *webhook.OIDCConfig) { c.People.Team = "T0123" }, "team is Slack's"},
		"everybody on earth":   {func(c *webhook.OIDCConfig) { c.Issuer = "https://accounts.google.com" }, "domains must say"},
		"a domain of everybody on earth": {func(c *webhook.OIDCConfig) {
			c.Issuer, c.People.Domains = "https://accounts.google.com", []string{"example.com"}
		}, ""},
		"nobody by default":           {func(c *webhook.OIDCConfig) { c.Issuer, c.People.Default = "https://accounts.google.com", "none" }, ""},
		"a default that is no role":   {func(c *webhook.OIDCConfig) { c.People.Default = "root" }, `default: "root" is no role`},
		"a domain that is an address": {func(c *webhook.OIDCConfig) { c.People.Domains = []string{"@example.com"} }, "domains:"},
		"a role that is none":         {func(c *webhook.OIDCConfig) { c.People.Roles = map[string][]string{"root": {"a@b"}} }, `"root" is no role`},
		"a name that is none":         {func(c *webhook.OIDCConfig) { c.People.Roles = map[string][]string{"admin": {"ann"}} }, `"ann" must be`},
		"a group without a name":      {func(c *webhook.OIDCConfig) { c.People.Roles = map[string][]string{"admin": {"group:"}} }, `"group:" must be`},
	} {
		conf := ok
		c.change(&conf)
		err := webhook.CheckOIDC(conf)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
