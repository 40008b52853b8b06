package ground

import "strings"

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

var (
	// commands are programs that do something to a system when what stands behind
	// them is typed in.
	commands = set(`kubectl helm docker podman systemctl psql mysql mongosh curl wget rm sudo ssh scp rsync aws gcloud az terraform ansible
 pkill killall chmod chown dd mkfs iptables nc bash zsh python perl pip npm apt yum eval crontab journalctl etcdctl vault nomad consul rabbitmqctl
 nodetool istioctl argocd flux powershell cmd select insert`)

	// deeds are the stems of verbs that change a system or hand something over. A
	// text may only speak of those that history speaks of.
	deeds = set(`delet truncat wip kill terminat destroy purg eras uninstall overwrit shutdown reboot install execut download upload expos
 publish forward transfer pay wir visit brows grant revok restart scal promot throttl enabl disabl flush rotat renew upgrad downgrad resiz reindex
 vacuum drain cordon evict redeploy revert restor block cancel detach remov rollback failover migrat replac recreat unplug donat buy
 subscrib unsubscrib dial login`)

	// rises and falls are the stems of verbs that make more or less of something,
	// denials turn a sentence round.
	rises   = set(`rais increas grow widen add doubl tripl enlarg expand extend`)
	falls   = set(`throttl limit reduc lower cut shrink cap decreas halv fewer less narrow`)
	denials = set(`not no never don't dont avoid instead without rather refuse cannot can't`)

	// plain are words that say nothing of what a text is about.
	plain = set(`that this with from have been were they them their there then than when where which while what would could should about into over
 under after before because also only very more most less least some such same other another again still just like likely looks seems probably
 perhaps maybe first next here your ours both each every does done doing will being much many must well against between during through until
 these those whether within without`)

	// formers are the parts of English words with hyphens.
	formers = set(`re pre post non un over under long short high low read write only out of in on up down by to the well so self multi single half full
 near far most least more less slow fast related based wide side time times term run running lived level like specific aware first last second
 step end off back through at a and known time-out memory heavy bound free safe ready old new real large small open closed check failing facing
 service services cpu disk network client server cache query queries connection connections request requests error errors user users early late
 hand part part-time per point one two three day week hour minute peak roll rolled rollback fail failed follow followed left right mid up-to-date date`)

	abbreviations = set(`e.g i.e a.m p.m vs. etc. u.s`)

	pairs = set(`and/or read/write reads/writes i/o cpu/memory tcp/ip on/off up/down yes/no start/stop`)

	// sizes are the stems of words that are numbers in disguise.
	sizes = set(`half halv doubl twic tripl quadrupl dozen hundred thousand million billion quarter tenfold twofold threefold hundredfold couple`)
)

// numerals are the numbers that words are made of.
var numerals = map[string]int{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
	"twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
	"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1_000,
	"million": 1_000_000, "billion": 1_000_000_000,
}

// units are what numbers are counted in, by how people write them, with one way
// for each. Capitals matter where they make another unit.
var units = map[string]string{
	"%": "%", "percent": "%", "pct": "%", "per cent": "%", "‰": "‰", "pp": "pp",
	"ns": "ns", "us": "us", "µs": "us", "μs": "us", "ms": "ms", "msec": "ms", "millisecond": "ms", "milliseconds": "ms",
	"s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "m": "min", "min": "min", "mins": "min", "minute": "min", "minutes": "min",
	"h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "d": "d", "day": "d", "days": "d", "w": "w", "week": "w", "weeks": "w",
	"month": "month", "months": "month", "year": "year", "years": "year",
	"b": "B", "byte": "B", "bytes": "B", "kb": "KB", "mb": "MB", "gb": "GB", "tb": "TB", "pb": "PB", "kib": "KiB", "mib": "MiB", "gib": "GiB", "tib": "TiB",
	"k": "k", "M": "M", "G": "G", "Mi": "MiB", "Gi": "GiB", "Ki": "KiB", "bn": "bn", "x": "x", "×": "x", "times": "x", "°": "°", "°c": "°",
	"rps": "/s", "qps": "/s", "req/s": "/s", "/s": "/s", "/sec": "/s", "/min": "/min", "/h": "/h", "mb/s": "MB/s", "gb/s": "GB/s", "kb/s": "KB/s",
	"hz": "Hz", "mhz": "MHz", "ghz": "GHz",
}

func unitOf(s string) string {
	if u := units[s]; u != "" {
		return u
	}
	return units[strings.ToLower(s)]
}
