package main

import (
	"context"
	"strings"

	"ragoffire/bot"
	"ragoffire/webhook"
)

// checkSignIn looks whether people can sign in with the provider. Its client's
// secret shows only when somebody does.
func checkSignIn(ctx context.Context, cfg *config) []bot.Finding {
	if cfg.oidc.Issuer == "" {
		return nil
	}
	f := bot.Finding{Check: "sign-in", Level: bot.LevelOK}
	if err := webhook.AskIssuer(ctx, cfg.oidc); err != nil {
		f.Level, f.Text = bot.LevelFail, safe(err.Error())
		f.Fix = "check ROF_OIDC_ISSUER: below it must lie /.well-known/openid-configuration, which names that very issuer"
		return []bot.Finding{f}
	}
	public := cfg.publicURL
	if public == "" {
		public = "http://" + cfg.listen
	}
	f.Text = cfg.oidc.Issuer + " answers; its client must allow the redirect address " + public + webhook.CallbackPath
	found := []bot.Finding{f}
	if host, _, _ := strings.Cut(strings.TrimPrefix(public, "http://"), ":"); strings.HasPrefix(public, "http://") && !loopback(host) {
		found = append(found, bot.Finding{
			Check: "sign-in", Level: bot.LevelWarn, Text: "ROF_PUBLIC_URL is not https: whoever is on the way can read the sessions of those who sign in",
			Fix: "put a proxy with a certificate before rof, and set ROF_PUBLIC_URL to its address",
		})
	}
	return found
}
