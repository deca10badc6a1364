#!/usr/bin/env bash
# Runs the demo and draws what it printed: docs/picture/demo.svg. Needs the .NET 10 SDK and awk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
dotnet run -c Release --project src/Cremona.Cli -- demo --data "$data" > "$data/printed"
sed -e "s#$data#demo-data#g" -e '/^   Its adapter/q' "$data/printed" |
  awk '
    { gsub(/&/, "\\&amp;"); gsub(/</, "\\&lt;"); gsub(/>/, "\\&gt;"); lines[NR] = $0 }
    END {
      height = 20 * NR + 24
      printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 %d\" font-family=\"monospace\" font-size=\"13\">\n", height
      printf "<rect width=\"900\" height=\"%d\" rx=\"8\" fill=\"#1b1d23\"/>\n", height
      for (i = 1; i <= NR; i++) {
        colour = "#d7dae0"
        if (lines[i] ~ /^[0-9][0-9]:/) colour = "#8fd19e"
        if (lines[i] ~ /^step /) colour = "#7fb5e6"
        if (lines[i] ~ /^     base /) colour = "#9aa0aa"
        if (lines[i] ~ /^     tuned /) colour = "#8fd19e"
        printf "<text x=\"14\" y=\"%d\" fill=\"%s\" xml:space=\"preserve\">%s</text>\n", 20 * i + 6, colour, lines[i]
      }
      print "</svg>"
    }' > docs/picture/demo.svg.new
mv docs/picture/demo.svg.new docs/picture/demo.svg
