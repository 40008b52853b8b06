package webhook

import (
	"slices"

	"github.com/labstack/echo/v4"
)

// navLink is a page that the header leads to.
type navLink struct{ Path, Name, Page string }

// navOf lists the pages that there are, in their order.
func navOf(routes []*echo.Route) []navLink {
	all := []navLink{
		{"/", "Incidents", "board"},
		{"/history", "History", "history"},
		{"/trust", "Trust", "trust"},
		{"/ask", "Ask", "ask"},
		{"/docs", "API", "docs"},
	}
	return slices.DeleteFunc(all, func(l navLink) bool {
		return !slices.ContainsFunc(routes, func(r *echo.Route) bool { return r.Path == l.Path })
	})
}
