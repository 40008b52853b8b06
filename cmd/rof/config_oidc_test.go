package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestAProviderIsRead(t *testing.T) {
	const id, secret = "ROF_OIDC_CLIENT_ID=c", "ROF_OIDC_CLIENT_SECRET=s"
	for name, c := range map[string]struct {
		file string
		env  []string
		want string // in the error; none where empty
	}{
		"with the secret in a file": {env: []string{"ROF_LISTEN=0.0.0.0:8000", "ROF_OIDC_ISSUER=https://id.example.com", id, "ROF_OIDC_CLIENT_SECRET_FILE=" + write(t, "s\n")}},
		"without a client":          {env: []string{"ROF_OIDC_ISSUER=https://id.example.com"}, want: "id and secret must be set"},
		"without an issuer":         {env: []string{id, secret}, want: "need ROF_OIDC_ISSUER"},
		"roles without an issuer":   {file: "roles: {default: viewer}", want: "set ROF_OIDC_ISSUER, too"},
		"Slack without its team":    {env: []string{"ROF_OIDC_ISSUER=https://slack.com/", id, secret}, want: "roles: team must be"},
		"Slack with it":             {file: "roles: {team: T0123}", env: []string{"ROF_OIDC_ISSUER=https://slack.com/", id, secret}},
		"all that is wrong":         {file: "roles: {default: root, admin: [ann]}", env: []string{"ROF_OIDC_ISSUER=https://id.example.com", id, secret}, want: `"ann" must be`},
		"a role that is none":       {file: "roles: {root: [ann@example.com]}", env: []string{"ROF_OIDC_ISSUER=https://id.example.com", id, secret}, want: "root"},
	} {
		t.Run(name, func(t *testing.T) {
			all := append([]string{"HOME=/h"}, c.env...)
			if c.file != "" {
				all = append(all, "ROF_CONFIG="+write(t, c.file))
			}
			cfg, err := readConfig(env(all...))
			if c.want == "" && (err != nil || cfg.oidc.ClientSecret != "s" || strings.HasSuffix(cfg.oidc.Issuer, "/")) {
				t.Errorf("%+v, %v", cfg.oidc, err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("err = %v, want %q", err, c.want)
			}
		})
	}
	t.Run("and with Slack the approvers and admins of the config are so here, too", func(t *testing.T) {
		cfg, err := readConfig(env("HOME=/h", "ROF_OIDC_ISSUER=https://slack.com", id, secret,
			"ROF_CONFIG="+write(t, "roles: {team: T0123, approver: [ann@example.com]}\napprovers: {users: [U0BOB]}\nadmins: {users: [U0LEAD]}\n")))
		if err != nil || !slices.Equal(cfg.oidc.People.Roles["approver"], []string{"ann@example.com", "sub:U0BOB"}) || !slices.Equal(cfg.oidc.People.Roles["admin"], []string{"sub:U0LEAD"}) {
			t.Errorf("%+v, %v", cfg.oidc.People, err)
		}
	})
}

func TestDoctorAsksTheProvider(t *testing.T) {
	var issuer *httptest.Server
	issuer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/openid-configuration" {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": issuer.URL, "authorization_endpoint": issuer.URL + "/a", "token_endpoint": issuer.URL + "/t", "jwks_uri": issuer.URL + "/k"})
	}))
	t.Cleanup(issuer.Close)
	for name, c := range map[string]struct{ issuer, public, want string }{
		"that answers":       {issuer.URL, "https://rof.example.com", `ok    sign-in     ` + issuer.URL + ` answers; its client must allow the redirect address https://rof.example.com/login/callback`},
		"that does not":      {issuer.URL + "/elsewhere", "https://rof.example.com", `fail  sign-in `},
		"over a plain line":  {issuer.URL, "http://rof.example.com", `ROF_PUBLIC_URL is not https`},
		"by its own address": {strings.Replace(issuer.URL, "127.0.0.1", "localhost", 1), "https://rof.example.com", `fail  sign-in `},
	} {
		r := rofOn(t, sqliteDB(t), "ROF_LISTEN=127.0.0.1:1", "ROF_OIDC_ISSUER="+c.issuer, "ROF_OIDC_CLIENT_ID=c", "ROF_OIDC_CLIENT_SECRET=s", "ROF_PUBLIC_URL="+c.public)("", "doctor")
		if !strings.Contains(r.out, c.want) {
			t.Errorf("%s: no %q in\n%s", name, c.want, r.out)
		}
	}
}
