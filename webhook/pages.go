package webhook

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"path"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages renders what people see in a browser.
type pages struct {
	byName map[string]*template.Template
	assets map[string]asset
	public string
	open   bool // nobody signs in
	token  bool
	demo   bool
	ver    string
	now    func() time.Time
	docs   docsView
	stats  cached[engine.Stats]
	weeks  cached[engine.Weeks]
	heard  cached[[]engine.SourceCount]
	memo   memo
	stamps stamps
	nav    []navLink
}

func newPages(cfg Config) (*pages, error) {
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	p := &pages{
		byName: make(map[string]*template.Template), assets: assets, public: cfg.PublicURL,
		open: cfg.Token == "" && cfg.OIDC.Issuer == "", token: cfg.Token != "", demo: cfg.Demo != nil, ver: cfg.Version, now: cfg.Now,
	}
	base, err := template.New("base").Funcs(p.funcs(cfg.LinkHosts)).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/card.html", "templates/around.html", "templates/figures.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	for _, name := range []string{"board", "incident", "history", "runbook", "trust", "ask", "docs", "login", "welcome", "problem"} {
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, path.Join("templates", name+".html"))
		}
		if err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
		p.byName[name] = t
	}
	return p, nil
}

// unnamed is who signed in and gave no name.
const unnamed = "dashboard"

// frame is what the layout needs of every page.
type frame struct {
	Title   string
	Page    string // the template's name
	Who     string // who is signed in
	NoName  bool   // and nobody knows by which name
	Acts    bool   // they may do what responders do
	Imports bool   // and bring history in
	Own     bool   // a page beside the board
	Open    bool
	Token   bool // programs have one
	Demo    bool // Slack is beside it, in the browser
	Public  string
	Version string
	Nav     []navLink
	Theme   string // light or dark, where somebody chose
	Chart   bool   // there is something to draw
	Board   *boardView
	Data    any
}

// html renders a page. It is rendered whole before anything is sent: half a page
// is worse than an error.
func (p *pages) html(c echo.Context, name string, data any) ([]byte, error) {
	f, ok := data.(frame)
	if !ok {
		f = frame{Data: data}
	}
	f.Page, f.Open, f.Token, f.Demo, f.Public, f.Version = name, p.open, p.token, p.demo, p.public, p.ver
	f.Nav = p.nav
	if k, err := c.Cookie("rof-theme"); err == nil && (k.Value == "light" || k.Value == "dark") {
		f.Theme = k.Value
	}
	who := whoIs(c.Request().Context())
	if !p.open {
		f.Who = who.name
	}
	f.Acts, f.Imports = who.role >= responder, who.role >= admin
	f.NoName = p.open || f.Who == unnamed
	f.Own = slices.Contains([]string{"history", "runbook", "trust", "ask"}, name)
	var b bytes.Buffer
	if err := p.byName[name].ExecuteTemplate(&b, "layout", f); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// render writes a page.
func (p *pages) render(c echo.Context, status int, name string, data any) error {
	body, err := p.html(c, name, data)
	if err != nil {
		return err
	}
	return pack(body).send(c, status, echo.MIMETextHTMLCharsetUTF8)
}

// describe takes the OpenAPI document in, for the reference.
func (p *pages) describe(doc *huma.OpenAPI) error {
	v, err := newDocsView(doc, p.public, !p.open)
	p.docs = v
	return err
}
