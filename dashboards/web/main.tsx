import 'uplot/dist/uPlot.min.css';
import './styles/base.css';
import './styles/head.css';
import './styles/parts.css';
import './styles/incidents.css';
import './styles/models.css';
import './styles/charts.css';
import './styles/narrow.css';
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('console');
if (root !== null) {
  root.textContent = '';
  render(<App />, root);
}
