extension TimelinePage {
    /// The one style sheet of the page and its parts. Colours come in pairs of at least 4.5 to 1 for text in both schemes;
    /// bars differ by pattern or place as well as by colour.
    package static let style = """
        :root{--bg:#f7f7f5;--card:#fff;--ink:#1b212c;--dim:#59616e;--line:#dcdfe4;--grid:#e9ebee;--link:#1d56a5;\
        --done:#3c74c0;--same:#9db9de;--wait:#b86a00;--bad:#c0322b;--doubt:#8a46a8;--left:#7d8693;--good:#1a6e3c;\
        --warn:#8f5200;--phase:#b9c0ca;--gone:#c9cdd3;--said:#1b212c}
        @media(prefers-color-scheme:dark){:root{--bg:#12151a;--card:#1a1e25;--ink:#e6e9ef;--dim:#a5adba;--line:#343a45;\
        --grid:#272c35;--link:#8ab8f5;--done:#6ea3ec;--same:#3f5f8f;--wait:#e8a33d;--bad:#f2817a;--doubt:#cf9ae6;\
        --left:#8b94a2;--good:#6fce95;--warn:#efb662;--phase:#4b5361;--gone:#4a505b;--said:#e6e9ef}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Noto Sans",sans-serif;overflow-wrap:anywhere}
        main,footer{max-width:1500px;margin:0 auto;padding:0 clamp(.8rem,3vw,2.5rem)}
        h1{font-size:1.75rem;line-height:1.2;margin:1.6rem 0 .3rem}
        h2{font-size:1.2rem;margin:2rem 0 .6rem}
        h3{font-size:1.05rem;margin:1.6rem 0 .5rem}
        article+article{border-top:2px solid var(--line);margin-top:2.5rem}
        article>header h2{font-size:1.5rem}
        p{margin:.3rem 0}
        a{color:var(--link)}
        a:focus-visible,summary:focus-visible,input:focus-visible,h2:focus-visible{outline:3px solid var(--link);\
        outline-offset:2px;border-radius:3px}
        .skip{position:absolute;left:-99rem}
        .skip:focus{left:.8rem;top:.5rem;background:var(--card);padding:.4rem .8rem;z-index:9}
        .dim{color:var(--dim)}
        .pill{display:inline-block;border:1.5px solid;border-radius:1rem;padding:0 .65rem;font-weight:600}
        .good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.doubt{color:var(--doubt)}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11.5rem,1fr));gap:.7rem;margin:1.1rem 0}
        .card{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--line);border-radius:6px;\
        padding:.55rem .8rem;color:var(--ink)}
        .card.good{border-left-color:var(--good)}.card.bad{border-left-color:var(--bad)}\
        .card.warn{border-left-color:var(--warn)}
        .card dt{color:var(--dim);font-size:.85rem}
        .card dd{margin:0}
        .card b{display:block;font-size:1.2rem;line-height:1.3;font-variant-numeric:tabular-nums}
        .card.bad b{color:var(--bad)}
        .card span{color:var(--dim);font-size:.85rem}
        .gantt{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem .6rem}
        .row{display:grid;grid-template-columns:minmax(9rem,15rem) 8.5rem 6.5rem 1fr;gap:0 .8rem;align-items:center;\
        padding:.14rem .2rem;border-radius:4px}
        summary.row{cursor:pointer;list-style:none}
        summary.row::-webkit-details-marker{display:none}
        summary.row:hover,.row.lane:hover{background:var(--grid)}
        .row svg{width:100%;overflow:visible;display:block}
        .row .took{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .row .state{font-size:.9rem;white-space:nowrap}
        .axis{position:sticky;top:0;background:var(--card);border-bottom:1px solid var(--line);z-index:2;\
        color:var(--dim);font-size:.85rem;border-radius:0}
        .axis text{fill:var(--dim);font-size:12px;font-variant-numeric:tabular-nums}
        .axis line{stroke:var(--dim)}
        .lane{color:var(--dim);font-size:.9rem}
        .phase>summary{font-weight:600;margin-top:.35rem}
        .phase>summary .name::before{content:"▸ ";color:var(--dim)}
        .phase[open]>summary .name::before{content:"▾ "}
        .phase>summary .state{font-weight:400;color:var(--dim)}
        .step .name{padding-left:1.1rem;font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,"DejaVu Sans Mono",\
        monospace;font-size:.88rem}
        .told{margin:.2rem 0 .6rem 1.3rem;padding:.3rem .9rem;border-left:3px solid var(--line);font-size:.92rem}
        rect{y:3px;height:12px;rx:2px;fill:var(--done)}
        rect.done{fill:var(--done)}rect.undone{fill:var(--left)}rect.same{fill:var(--same)}rect.bad{fill:var(--bad)}
        rect.on{fill:var(--warn)}rect.doubt{fill:var(--doubt)}
        rect.wait{fill:var(--wait);fill-opacity:.25;stroke:var(--wait);stroke-width:1.5;stroke-dasharray:3 2}
        rect.left{fill:var(--card);stroke:var(--left);stroke-width:1.5}
        rect.phase{y:7px;height:4px;fill:var(--phase)}
        rect.exec{y:6px;height:6px;fill:var(--left)}
        rect.gone{y:6px;height:6px;fill:var(--card);stroke:var(--bad);stroke-width:1.2;stroke-dasharray:4 3}
        rect.break{y:0;height:22px;rx:0;fill:var(--grid);stroke:var(--line);stroke-dasharray:2 3}
        circle{cy:9px;r:5px;stroke:var(--card);stroke-width:1.5}
        circle.said{fill:var(--said)}circle.note{fill:var(--wait)}circle.out{fill:var(--doubt)}
        .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.5rem 0;padding:0;color:var(--dim);\
        font-size:.88rem}
        .legend li{display:flex;align-items:center;gap:.4rem}
        table{border-collapse:collapse;width:100%;background:var(--card)}
        .wide{border:1px solid var(--line);border-radius:6px;overflow:hidden}
        th,td{text-align:left;vertical-align:top;padding:.35rem .7rem;border-bottom:1px solid var(--grid)}
        th{color:var(--dim);font-size:.85rem;font-weight:600;border-bottom-color:var(--line)}
        th{overflow-wrap:normal}
        td.k{white-space:nowrap}
        td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
        .filter{border:1px solid var(--line);border-radius:6px;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;\
        padding:.3rem .9rem;margin:.6rem 0}
        .filter label{display:inline-flex;align-items:center;gap:.4rem;min-height:1.9rem;cursor:pointer}
        .filter input{width:1.1rem;height:1.1rem;accent-color:var(--link)}
        .chronology{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);\
        border-radius:6px}
        .chronology>li{display:grid;grid-template-columns:6.8rem auto 6.4rem 1fr;gap:0 .8rem;padding:.22rem .8rem;\
        border-left:4px solid transparent;border-bottom:1px solid var(--grid)}
        .chronology.long>li{content-visibility:auto;contain-intrinsic-size:auto 1.9rem}
        .chronology>li>div{grid-column:4}
        .chronology time,.chronology .local,.chronology .since{font-variant-numeric:tabular-nums;color:var(--dim);\
        white-space:nowrap}
        .chronology .since{text-align:right;grid-column:3}
        .chronology b{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88rem}
        .chronology .who,.chronology .number,.chronology .of{color:var(--dim)}
        .chronology .who::after{content:" ·"}
        .chronology .number{font-size:.8rem}
        .chronology .number::before{content:"#"}
        .chronology em{color:var(--warn);font-style:normal;font-weight:600}
        .chronology .day{display:block;font-weight:600;background:var(--grid);padding:.3rem .8rem}
        .chronology .decision{border-left-color:var(--said)}
        .chronology .trouble{border-left-color:var(--bad)}
        .chronology .note{border-left-color:var(--wait)}
        .chronology .outside{border-left-color:var(--doubt)}
        .chronology .look{color:var(--dim)}
        \(RunTimeline.Kind.allCases.map { kind in
            "body:has(#show-\(kind.rawValue):not(:checked)) .chronology>.\(kind.rawValue){display:none}"
        }.joined(separator: "\n"))
        .fold{display:inline}
        .fold summary{display:inline;cursor:pointer}
        .more{color:var(--link)}
        footer{color:var(--dim);font-size:.88rem;margin-top:2rem;padding-bottom:2.5rem}
        @media(max-width:760px){
        .row{grid-template-columns:1fr auto auto;padding:.3rem .1rem}
        .row svg{grid-column:1/-1;margin-top:.15rem}
        .axis .odd{display:none}
        .axis .name,.axis .state,.axis .took{display:none}
        .figures{grid-template-columns:repeat(auto-fit,minmax(9.2rem,1fr))}
        .chronology>li{grid-template-columns:auto auto auto 1fr;padding:.45rem .6rem}
        .chronology>li>div{grid-column:1/-1}
        thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
        thead th{display:block;width:1px;padding:0;overflow:hidden}
        tbody,tr,td{display:block}
        tr{padding:.4rem 0;border-bottom:1px solid var(--line)}
        td{border:0;padding:.08rem .7rem;display:grid;grid-template-columns:8.2rem 1fr}
        td::before{content:attr(data-name);color:var(--dim);font-size:.85rem}
        td:empty{display:none}
        }
        @media print{
        :root{--bg:#fff;--card:#fff;--ink:#000;--dim:#444;--line:#bbb;--grid:#e4e4e4;--link:#000;--done:#3c74c0;\
        --same:#9db9de;--wait:#b86a00;--bad:#b3261e;--doubt:#7a3698;--left:#666;--good:#14572f;--warn:#7a4600;\
        --phase:#aaa;--gone:#bbb;--said:#000}
        body{font-size:10pt}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        .skip,.filter{display:none}
        .axis{position:static}
        .row,tr,.card,.chronology>li{break-inside:avoid}
        h1,h2,h3{break-after:avoid}
        .chronology.long>li{content-visibility:visible}
        .fold::details-content{content-visibility:visible;display:inline}
        }
        @media(forced-colors:active){rect{fill:CanvasText}rect.wait,rect.left,rect.gone{fill:Canvas;stroke:CanvasText}}
        """
}
