package webhook

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"ragoffire/engine"
)

// providerTimeout bounds each question to a provider: a person waits for it.
const providerTimeout = 10 * time.Second

// OIDCConfig is a provider of OpenID Connect that people sign in with. It is off
// where Issuer is empty.
type OIDCConfig struct {
	Issuer, ClientID, ClientSecret string
	People                         People
}

// CheckOIDC says all that is wrong with a provider's settings. Who may come in
// is not asked for where there is none.
func CheckOIDC(c OIDCConfig) error {
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !here(u.Hostname())) {
		return errors.New("the issuer must be an address such as https://slack.com, the one that its own configuration names; http is for this machine only")
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		return errors.New("the client's id and secret must be set, too")
	}
	return c.People.check(c.Issuer)
}

// AskIssuer asks an issuer for its configuration, as the first sign-in does.
func AskIssuer(ctx context.Context, c OIDCConfig) error {
	client := &http.Client{Timeout: providerTimeout}
	defer client.CloseIdleConnections()
	p := provider{conf: c, http: client}
	_, err := p.discover(ctx)
	return err
}

func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// provider signs people in by the authorization code flow, with PKCE. What it
// says of itself is asked for when somebody first signs in: where it is away,
// rof starts all the same.
type provider struct {
	conf     OIDCConfig
	redirect string
	http     *http.Client
	now      func() time.Time

	mu    sync.Mutex
	known *oidc.Provider
}

func newProvider(cfg *Config) (*provider, error) {
	if cfg.OIDC.Issuer == "" {
		return nil, nil
	}
	if err := CheckOIDC(cfg.OIDC); err != nil {
		return nil, fmt.Errorf("sign-in by OpenID Connect: %w", err)
	}
	client := *cfg.HTTP
	client.Timeout = providerTimeout
	return &provider{conf: cfg.OIDC, redirect: cfg.PublicURL + CallbackPath, http: &client, now: cfg.Now}, nil
}

// name is what people know it by.
func (p *provider) name() string {
	if p.conf.Issuer == SlackIssuer {
		return "Slack"
	}
	u, err := url.Parse(p.conf.Issuer)
	if err != nil {
		return p.conf.Issuer
	}
	return u.Hostname()
}

// basis is what its sessions rest on: where that changes, they are over.
func (p *provider) basis() string {
	return strings.Join([]string{"oidc", p.conf.Issuer, p.conf.ClientID, p.conf.People.Team}, " ")
}

func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	known := p.known
	p.mu.Unlock()
	if known != nil {
		return known, nil
	}
	// It keeps the context for the keys that it fetches later.
	known, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.http), p.conf.Issuer)
	if err != nil {
		return nil, fmt.Errorf("configuration of %s: %w", p.conf.Issuer, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = known
	return known, nil
}

// spoken is what a provider's configuration says beyond what the library reads.
type spoken struct {
	Scopes []string `json:"scopes_supported"`
	Auth   []string `json:"token_endpoint_auth_methods_supported"`
}

func (p *provider) client(known *oidc.Provider) (*oauth2.Config, error) {
	var s spoken
	if err := known.Claims(&s); err != nil {
		return nil, fmt.Errorf("configuration of %s: %w", p.conf.Issuer, err)
	}
	// A code is good for one try, so how to show the secret is not tried out.
	end := known.Endpoint()
	end.AuthStyle = oauth2.AuthStyleInHeader
	if len(s.Auth) > 0 && !slices.Contains(s.Auth, "client_secret_basic") {
		end.AuthStyle = oauth2.AuthStyleInParams
	}
	scopes := []string{oidc.ScopeOpenID, "email", "profile"}
	if slices.Contains(s.Scopes, "groups") {
		scopes = append(scopes, "groups")
	}
	return &oauth2.Config{ClientID: p.conf.ClientID, ClientSecret: p.conf.ClientSecret, Endpoint: end, RedirectURL: p.redirect, Scopes: scopes}, nil
}

// ask returns where to send a browser that signs in.
func (p *provider) ask(ctx context.Context, f *flow) (string, error) {
	known, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	c, err := p.client(known)
	if err != nil {
		return "", err
	}
	return c.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), nil
}

// refusal is why somebody may not sign in, in words for them.
type refused string

func (r refused) Error() string { return string(r) }

// told returns who the provider says that the holder of a code is.
func (p *provider) told(ctx context.Context, f *flow, code string) (engine.Session, error) {
	known, err := p.discover(ctx)
	if err != nil {
		return engine.Session{}, err
	}
	c, err := p.client(known)
	if err != nil {
		return engine.Session{}, err
	}
	ctx = oidc.ClientContext(ctx, p.http)
	token, err := c.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return engine.Session{}, fmt.Errorf("code of %s: %w", p.conf.Issuer, err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := known.VerifierContext(ctx, &oidc.Config{ClientID: p.conf.ClientID, Now: p.now}).Verify(ctx, raw)
	if err != nil {
		return engine.Session{}, fmt.Errorf("token of %s: %w", p.conf.Issuer, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return engine.Session{}, fmt.Errorf("token of %s: it is for another sign-in", p.conf.Issuer)
	}
	claims := make(map[string]any)
	if err := id.Claims(&claims); err != nil {
		return engine.Session{}, fmt.Errorf("token of %s: %w", p.conf.Issuer, err)
	}
	if err := p.more(ctx, known, token, id.Subject, claims); err != nil {
		return engine.Session{}, err
	}
	if team, _ := claims["https://slack.com/team_id"].(string); p.conf.People.Team != "" && team != p.conf.People.Team {
		return engine.Session{}, refused("You are signed in to another Slack workspace. Sign in to this team's, and try again.")
	}
	return p.session(id.Subject, claims), nil
}

// more asks the provider for what it keeps out of its tokens.
func (p *provider) more(ctx context.Context, known *oidc.Provider, token *oauth2.Token, subject string, claims map[string]any) error {
	if known.UserInfoEndpoint() == "" || claims["email"] != nil && (claims[p.groups()] != nil || !p.conf.People.byGroup()) {
		return nil
	}
	info, err := known.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fmt.Errorf("user info of %s: %w", p.conf.Issuer, err)
	}
	if info.Subject != subject {
		return fmt.Errorf("user info of %s: it is of somebody else", p.conf.Issuer)
	}
	rest := make(map[string]any)
	if err := info.Claims(&rest); err != nil {
		return fmt.Errorf("user info of %s: %w", p.conf.Issuer, err)
	}
	if claims["email"] == nil { // an address and whether it is verified go together
		claims["email"], claims["email_verified"] = rest["email"], rest["email_verified"]
	}
	for _, name := range []string{p.groups(), "name", "preferred_username"} {
		if claims[name] == nil {
			claims[name] = rest[name]
		}
	}
	return nil
}

func (p *provider) groups() string { return cmp.Or(p.conf.People.GroupsClaim, "groups") }

// session is somebody as the claims have them. Only a verified address is theirs,
// and only that is a name that nobody else can take on.
func (p *provider) session(subject string, claims map[string]any) engine.Session {
	s := engine.Session{Subject: subject, Basis: p.basis()}
	text := func(name string) string {
		v, _ := claims[name].(string)
		return oneLine(v)
	}
	if v := claims["email_verified"]; v == true || v == "true" {
		s.Email, _ = claims["email"].(string)
		s.Email = strings.ToLower(oneLine(s.Email))
	}
	switch list := claims[p.groups()].(type) {
	case string:
		s.Groups = []string{list}
	case []any:
		for _, g := range list {
			if name, ok := g.(string); ok {
				s.Groups = append(s.Groups, name)
			}
		}
	}
	s.Name = s.Email
	if s.Name == "" {
		s.Name = cmp.Or(text("preferred_username"), text("name"), "somebody") + " (" + oneLine(subject) + ")"
	}
	return s
}
