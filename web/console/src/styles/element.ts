/** Element Plus styles of the components in use, under the console's own tokens. */
import 'element-plus/es/components/base/style/css';
import 'element-plus/es/components/dialog/style/css';
import 'element-plus/theme-chalk/dark/css-vars.css';
import './element.css';
