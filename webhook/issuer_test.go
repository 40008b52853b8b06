package webhook_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/webhook"
)

const (
	clientID     = "rof-client"
	clientSecret = "what only rof and the issuer know"
)

// issuer is a provider of OpenID Connect: it signs in whoever asks, as the person
// that a test says, and checks what a provider must.
type issuer struct {
	*httptest.Server
	t      testing.TB
	name   string // what it calls itself
	key    *rsa.PrivateKey
	auth   []string       // how a client may show its secret
	mu     sync.Mutex     // over what follows
	claims map[string]any // of who signs in
	info   map[string]any // what its user info says; nil: it has none
	forge  func(header, claims map[string]any)
	sign   func(text string) []byte
	codes  map[string]url.Values
	away   bool
}

// issuerKey takes its time, and one is enough.
var issuerKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	key, err := issuerKey()
	check(t, err)
	i := &issuer{t: t, key: key, codes: make(map[string]url.Values), auth: []string{"client_secret_basic"}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.configuration)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /userinfo", i.userInfo)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		away := i.away
		i.mu.Unlock()
		if away {
			http.Error(w, "secret-internals", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	// Another site than 127.0.0.1, as browsers see it.
	i.name = strings.Replace(i.URL, "127.0.0.1", "localhost", 1)
	i.is(map[string]any{"sub": "u1", "email": "Ann@Example.com", "email_verified": true, "name": "Ann Example"})
	return i
}

// config lets people sign in with it.
func (i *issuer) config(people webhook.People) func(*webhook.Config) {
	return func(c *webhook.Config) {
		c.OIDC = webhook.OIDCConfig{Issuer: i.name, ClientID: clientID, ClientSecret: clientSecret, People: people}
	}
}

// is says who signs in from now on.
func (i *issuer) is(claims map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.claims, i.forge, i.sign, i.info = claims, nil, nil, nil
}

func (i *issuer) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		i.t.Error(err)
	}
}

func (i *issuer) configuration(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	conf := map[string]any{
		"issuer": i.name, "authorization_endpoint": i.name + "/authorize", "token_endpoint": i.name + "/token", "jwks_uri": i.name + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"}, "token_endpoint_auth_methods_supported": i.auth, "scopes_supported": []string{"openid", "email", "groups"},
	}
	if i.info != nil {
		conf["userinfo_endpoint"] = i.name + "/userinfo"
	}
	i.answer(w, conf)
}

func (i *issuer) keys(w http.ResponseWriter, _ *http.Request) {
	b64 := base64.RawURLEncoding.EncodeToString
	i.answer(w, map[string]any{"keys": []any{map[string]string{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1", "n": b64(i.key.N.Bytes()), "e": b64(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
}

func (i *issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name, want := range map[string]string{"response_type": "code", "client_id": clientID, "code_challenge_method": "S256"} {
		if q.Get(name) != want {
			i.t.Errorf("%s = %q, want %q", name, q.Get(name), want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) < 20 {
			i.t.Errorf("%s = %q", name, q.Get(name))
		}
	}
	if q.Get("scope") != "openid email profile groups" {
		i.t.Errorf("scope = %q", q.Get("scope"))
	}
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = q
	i.mu.Unlock()
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {i.name}}.Encode(), http.StatusFound)
}

func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if i.auth[0] == "client_secret_post" {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	} else if secret, _ = url.QueryUnescape(secret); !basic {
		i.t.Error("no basic authentication")
	}
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	i.mu.Lock()
	defer i.mu.Unlock()
	q := i.codes[r.FormValue("code")]
	delete(i.codes, r.FormValue("code"))
	switch {
	case id != clientID || secret != clientSecret:
		i.t.Errorf("client %q, secret %q", id, secret)
		fallthrough
	case q == nil, r.FormValue("redirect_uri") != q.Get("redirect_uri"), base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge"):
		w.WriteHeader(http.StatusBadRequest)
		i.answer(w, map[string]string{"error": "invalid_grant", "error_description": "secret-internals"})
		return
	}
	now := time.Now()
	header := map[string]any{"alg": "RS256", "kid": "k1"}
	claims := map[string]any{"iss": i.name, "aud": clientID, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "nonce": q.Get("nonce")}
	maps.Copy(claims, i.claims)
	if i.forge != nil {
		i.forge(header, claims)
	}
	i.answer(w, map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": i.jwt(header, claims)})
}

func (i *issuer) jwt(header, claims map[string]any) string {
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			i.t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(header) + "." + part(claims)
	sign := i.sign
	if sign == nil {
		sign = i.rs256(i.key)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sign(text))
}

func (i *issuer) rs256(key *rsa.PrivateKey) func(string) []byte {
	return func(text string) []byte {
		sum := sha256.Sum256([]byte(text))
		sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			i.t.Error(err)
		}
		return sig
	}
}

func hs256(key []byte) func(string) []byte {
	return func(text string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
}

func (i *issuer) userInfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer at" {
		i.t.Errorf("user info asked with %q", r.Header.Get("Authorization"))
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer(w, i.info)
}

// person is a browser without a window.
type person struct {
	*http.Client
	r *rig
}

func (r *rig) person() *person {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	check(r.t, err)
	transport := &http.Transport{}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &person{r: r, Client: &http.Client{Jar: jar, Transport: transport, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// get follows one link, with what a browser would send.
func (p *person) get(address string) (*http.Response, string) {
	p.r.t.Helper()
	return p.do("GET", address, "")
}

func (p *person) do(method, address, body string, header ...string) (*http.Response, string) {
	p.r.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.r.url + address
	}
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	check(p.r.t, err)
	req.Header.Set("Accept", "text/html")
	for _, line := range header {
		k, v, _ := strings.Cut(line, ": ")
		req.Header.Set(k, v)
	}
	resp, err := p.Do(req)
	check(p.r.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	check(p.r.t, err)
	return resp, string(b)
}

// signsIn goes the whole way and returns the last answer. Change may spoil the
// address to come back to.
func (p *person) signsIn(next string, change func(*url.URL)) (*http.Response, string) {
	p.r.t.Helper()
	resp, page := p.get("/login/start?next=" + url.QueryEscape(next))
	if resp.StatusCode != http.StatusSeeOther {
		return resp, page
	}
	resp, _ = p.get(resp.Header.Get("Location"))
	back, err := resp.Location()
	check(p.r.t, err)
	if change != nil {
		change(back)
	}
	return p.get(back.RequestURI())
}

// session is the header of its session.
func (p *person) session() string {
	p.r.t.Helper()
	u, err := url.Parse(p.r.url)
	check(p.r.t, err)
	for _, c := range p.Jar.Cookies(u) {
		if strings.HasSuffix(c.Name, "rof_session") {
			return "Cookie: " + c.Name + "=" + c.Value
		}
	}
	return "Cookie: none=none"
}
