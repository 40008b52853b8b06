package engine

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FillRange fills {{from}} and {{to}} of a link to a graph, in milliseconds.
func FillRange(template string, from, to time.Time) string {
	return strings.NewReplacer(
		"{{from}}", strconv.FormatInt(from.UnixMilli(), 10), "{{to}}", strconv.FormatInt(to.UnixMilli(), 10),
	).Replace(template)
}

// SilencePage is the page of an Alertmanager, by its external address, on which
// a person makes a silence. It is empty where that is no address.
func SilencePage(external string) string {
	u, err := url.Parse(external)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	u.RawQuery, u.Fragment = "", ""
	return strings.TrimRight(u.String(), "/") + "/#/silences/new?filter="
}

// SilenceLink is that page with a series' labels filled in. It is empty where
// there is no page or no label.
func SilenceLink(page string, labels map[string]string) string {
	if page == "" || len(labels) == 0 {
		return ""
	}
	filter := make([]byte, 0, 512)
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		filter = append(append(filter, ','), k...)
		filter = strconv.AppendQuote(append(filter, '='), labels[k])
	}
	filter[0] = '{'
	// The page reads what follows # itself, where a plus sign is no blank.
	return page + strings.ReplaceAll(url.QueryEscape(string(append(filter, '}'))), "+", "%20")
}
