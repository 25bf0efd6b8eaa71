import TimelineReports

/// The style of every page: that of the timeline, and what only the status page has.
enum PageStyle {
    static let text =
        TimelinePage.style + """

            .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
            .bar{position:sticky;top:0;z-index:5;display:flex;flex-wrap:wrap;align-items:center;gap:.2rem 1.2rem;\
            background:var(--card);border-bottom:1px solid var(--line);padding:.45rem clamp(.8rem,3vw,2.5rem)}
            .bar nav{font-weight:700;font-size:1.05rem}
            .bar p{margin:0}
            .bar form{display:inline}
            .clock{margin-left:auto;font-variant-numeric:tabular-nums;font-weight:600}
            .link{color:var(--dim);font-size:.92rem}
            .link.on::before{content:"● ";color:var(--good)}
            .link.off{color:var(--bad);font-weight:700}
            .link.off::before{content:"✗ "}
            .who-am-i{font-weight:600}
            .axis{top:2.6rem}
            [id]{scroll-margin-top:3.4rem}
            main:focus{outline:none}
            main.overview,main.overview~footer{max-width:2200px}
            .part{margin-top:1.3rem}
            .part h2{margin:0 0 .5rem}
            .part.is-urgent>h2{color:var(--bad)}
            .part.is-warned>h2{color:var(--warn)}
            .part.is-calm{color:var(--dim)}
            .banner{background:var(--warn);color:#fff;padding:.5rem .9rem;border-radius:6px;font-size:1.05rem;margin-top:.8rem}
            .banner a{color:#fff;font-weight:700}
            @media(prefers-color-scheme:dark){.banner,.banner a{color:#12151a}}
            .note{background:var(--card);border:1px solid var(--line);border-left:5px solid;border-radius:6px;\
            padding:.5rem .8rem;margin:.5rem 0}
            .note.bad{border-left-color:var(--bad);color:var(--ink)}.note.warn{border-left-color:var(--warn);color:var(--ink)}
            .note.bad>b{color:var(--bad)}.note.warn>b{color:var(--warn)}
            code{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em;\
            background:var(--grid);padding:.05rem .3rem;border-radius:4px;color:var(--ink)}
            .question{background:var(--card);border:2px solid var(--bad);border-radius:8px;padding:.7rem 1rem;margin:.6rem 0;\
            color:var(--ink)}
            .question h3{margin:0 0 .2rem;font-size:1.2rem}
            .asked{font-size:1.1rem;max-width:60rem;white-space:pre-wrap}
            .answer{display:grid;gap:.35rem;max-width:34rem;margin-top:.6rem}
            .answer input,.slide input{font:inherit;color:var(--ink);background:var(--bg);border:1.5px solid var(--dim);\
            border-radius:5px;padding:.4rem .6rem;min-height:2.6rem;max-width:100%}
            .slide input[type=range]{padding:0;border:0;background:none;accent-color:var(--link)}
            button{font:inherit;font-weight:700;color:var(--ink);background:var(--bg);border:1.5px solid var(--dim);\
            border-radius:5px;padding:.4rem 1.1rem;min-height:2.6rem;cursor:pointer}
            button.yes{background:var(--ink);color:var(--card);border-color:var(--ink)}
            button.quiet{min-height:0;padding:.1rem .6rem;font-weight:400;margin-left:.5rem}
            button:hover{border-color:var(--link)}
            button:focus-visible,th a:focus-visible{outline:3px solid var(--link);outline-offset:2px}
            .buttons{display:flex;gap:.8rem;flex-wrap:wrap}
            .sites{list-style:none;margin:0;padding:0;display:grid;gap:.8rem;\
            grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))}
            .site h3{margin:.1rem 0 .4rem;font-size:1.25rem;display:flex;justify-content:space-between;gap:.6rem;flex-wrap:wrap}
            .card.site .pill{font-size:1rem}
            .pill.standby{color:var(--dim)}
            .site dl{margin:0}
            .site dl>div{display:grid;grid-template-columns:minmax(6.5rem,auto) 1fr;gap:.6rem;padding:.08rem 0}
            .card.site.warn{border-left-color:var(--warn)}
            .card .good,.card .warn,.card .bad,.card .dim,.card .state{font-size:inherit}
            .card.site .good{color:var(--good)}.card.site .warn{color:var(--warn)}.card.site .bad{color:var(--bad)}
            .card.site b,.run-now b{display:inline;font-size:inherit}
            .run-now{border-left-color:var(--warn);margin:.5rem 0}
            .run-now h3{margin:.1rem 0 .3rem;font-size:1.2rem}
            .run-now .pill.warn,.run-now .state.warn{color:var(--warn)}
            .run-now .pill.bad,.run-now .state.bad{color:var(--bad)}
            .progress{display:flex;gap:.8rem;align-items:center}
            progress{appearance:none;flex:1;max-width:40rem;height:.9rem;border:1px solid var(--dim);border-radius:.5rem;\
            overflow:hidden;background:var(--bg)}
            progress::-webkit-progress-bar{background:var(--bg)}
            progress::-webkit-progress-value{background:var(--done)}
            progress::-moz-progress-bar{background:var(--done)}
            .moving,.log{list-style:none;margin:.4rem 0;padding:0}
            .moving li{padding:.2rem 0}
            .card .moving span.dim{font-size:.88rem}
            .log{border-top:1px solid var(--grid);padding-top:.3rem;font-size:.93rem}
            .log li{padding:.1rem 0}
            .log time{color:var(--dim);font-variant-numeric:tabular-nums;margin-right:.4rem}
            .card .log span{color:var(--ink);font-size:inherit}
            .card .log b{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
            tbody th{color:var(--ink);font-size:inherit;font-weight:600;border-bottom-color:var(--grid)}
            caption{text-align:left}
            th.k,th.n{white-space:nowrap}
            .wide+details{margin-top:.4rem}
            .part details>summary{cursor:pointer;color:var(--link);padding:.25rem 0}
            .part .fold>summary,.part .fold{color:inherit}
            .spark{border-bottom:1px solid var(--line);width:100%;min-width:8rem;height:2.5rem;display:block}
            .spark polyline{fill:none;stroke:var(--done);stroke-width:2;vector-effect:non-scaling-stroke}
            td.spark-cell{width:26%;vertical-align:middle}
            .travel{border-top:1px solid var(--line);padding-top:1rem}
            .slide{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .9rem;margin:.4rem 0}
            .slide input[type=range]{flex:1 1 14rem}
            output{font-variant-numeric:tabular-nums;min-width:16rem}
            .steps{display:flex;flex-wrap:wrap;gap:.3rem .5rem;list-style:none;padding:0;margin:.4rem 0}
            .steps a{display:inline-block;min-width:2.6rem;min-height:2.1rem;padding:.25rem .7rem;text-align:center;\
            border:1px solid var(--line);border-radius:5px;background:var(--card);text-decoration:none;\
            font-variant-numeric:tabular-nums}
            main.plain{max-width:44rem}
            .row.phase .name{font-weight:600}
            .files{margin-top:1rem}
            @media(min-width:1100px){
            .overview{display:grid;grid-template-columns:repeat(12,1fr);gap:0 1.6rem;align-items:start}
            .overview>*{grid-column:1/-1}
            .overview [data-part=owed],.overview [data-part=secrets]{grid-column:span 6}
            }
            @media(min-width:1700px){
            body{font-size:17px}
            .overview [data-part=attention]{grid-column:span 6}
            .overview [data-part=now]{grid-column:span 6}
            .overview [data-part=replication]{grid-column:span 8}
            .overview [data-part=checks]{grid-column:span 8}
            .overview [data-part=owed],.overview [data-part=secrets],.overview [data-part=drills]{grid-column:span 4}
            .overview [data-part=runs]{grid-column:1/-1}
            }
            @media(max-width:760px){
            tbody th{display:block;padding:.2rem .7rem}
            caption{display:block}
            .answer,.answer input,.answer button{width:100%}
            output{min-width:0}
            .clock{margin-left:0}
            td.spark-cell{width:auto}
            }
            @media(prefers-reduced-motion:no-preference){.link.on::before{animation:beat 2s infinite}}
            @keyframes beat{50%{opacity:.35}}
            """

    /// The page's mark: a bar that goes from one site to another.
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1d56a5"/>\
        <path d="M6 16h14M15 9l7 7-7 7" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" \
        stroke-linejoin="round"/><circle cx="26" cy="16" r="2.5" fill="#fff"/></svg>
        """
}
